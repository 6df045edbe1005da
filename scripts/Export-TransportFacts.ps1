#requires -Version 2.0

<#
.SYNOPSIS
Exports the facts about Exchange servers that transportcert reads.

.DESCRIPTION
Run it once in the Exchange Management Shell. It asks each server for its Receive connectors, certificates and
transport service, and the organization for its servers, Send connectors, Edge subscriptions and hybrid configuration.
The result is one file, TransportFacts-DATE.zip, to take to the computer that runs transportcert.

It only reads: it changes nothing on any server. It exports no private keys and no passwords. It needs permission to run
the Get cmdlets. An Edge server can be asked only by itself: run the script in its own Exchange Management Shell.

.PARAMETER Server
The names of the servers to ask. Without it, all servers with a transport service are asked.

.PARAMETER Path
An existing folder for the result. Without it, your Documents folder.

.EXAMPLE
.\Export-TransportFacts.ps1

.EXAMPLE
.\Export-TransportFacts.ps1 -Server 'EX01', 'EX02' -Path D:\Exports

.OUTPUTS
The zip file, or the folder where no zip file could be made. The exit code is 0 if everything was exported, 1 if
something is missing (a warning says what and why), and 2 if no server could be asked.

.LINK
https://github.com/transportcert/transportcert/blob/main/docs/gathering.md
#>
[CmdletBinding()]
param(
    [string[]]$Server,
    [string]$Path = [Environment]::GetFolderPath('MyDocuments')
)

$script:problems = 0
function Write-Problem([string]$Text) {
    $script:problems++
    Write-Warning ($Text -replace '\s+', ' ')
}

function Test-Cmdlet([string]$Name) {
    [bool](Get-Command -Name $Name -ErrorAction SilentlyContinue)
}

# Writes what a cmdlet returns to a file. Where the cmdlet fails, no file stays behind: it would look complete.
function Export-Result([string]$About, [string]$File, [string]$Cmdlet, [hashtable]$Parameters) {
    try {
        $result = @(& $Cmdlet @Parameters -ErrorAction Stop)
        if ($Cmdlet -eq 'Get-SendConnector') {
            # A credential would go into the file with its encrypted password.
            $result = @($result | Select-Object -Property * -ExcludeProperty AuthenticationCredential)
        }
        $result | Export-Clixml -Path $File -ErrorAction Stop
    } catch {
        Write-Problem "${About}: ${Cmdlet}: $($_.Exception.Message)"
        Remove-Item -LiteralPath $File -ErrorAction SilentlyContinue
    }
}

if (-not (Test-Cmdlet Get-ExchangeServer)) {
    Write-Warning 'Get-ExchangeServer is not available. Run this script in the Exchange Management Shell.'
    exit 2
}
if (-not $Path -or -not (Test-Path -LiteralPath $Path -PathType Container)) {
    Write-Warning "The folder '$Path' does not exist. Pass an existing folder with -Path."
    exit 2
}
try {
    if ($Server) {
        $servers = @($Server | ForEach-Object { Get-ExchangeServer -Identity $_ -ErrorAction Stop })
    } else {
        $servers = @(Get-ExchangeServer -ErrorAction Stop)
    }
} catch {
    Write-Warning "Get-ExchangeServer: $($_.Exception.Message -replace '\s+', ' ')"
    exit 2
}
$date = [DateTime]::UtcNow.ToString('yyyyMMddTHHmmssZ', [Globalization.CultureInfo]::InvariantCulture)
$folder = Join-Path (Resolve-Path -LiteralPath $Path).ProviderPath "TransportFacts-$date"
$null = New-Item -ItemType Directory -Path "$folder\organization" -ErrorAction Stop

# An Edge server's cmdlets know that server alone, and are not given -Server.
$onEdge = @($servers | Where-Object { $_.Name -eq $env:COMPUTERNAME -and "$($_.ServerRole)" -match 'Edge' }).Count -gt 0
$transport = 'Get-TransportService'
if (-not (Test-Cmdlet $transport)) { $transport = 'Get-TransportServer' } # Exchange 2007 and 2010
$certificates = Get-Command -Name Get-ExchangeCertificate -ErrorAction SilentlyContinue | Select-Object -First 1
$asked = $seen = 0
foreach ($one in $servers) {
    $name = "$($one.Name)"
    $role = "$($one.ServerRole)"
    Write-Progress -Activity 'Exporting transport facts' -Status $name -PercentComplete (100 * $seen++ / $servers.Count)
    if ($role -match 'Edge' -and -not $onEdge) {
        Write-Problem "${name}: an Edge server can be asked only by itself. Run this script on it."
        continue
    }
    # Before Exchange 2013 only these roles have a transport service.
    if ("$($one.AdminDisplayVersion)" -match 'Version (6|8|14)\.' -and $role -notmatch 'HubTransport|Edge') {
        Write-Host "${name}: skipped, it has no transport service."
        continue
    }
    $asked++
    $own = "$folder\servers\$name"
    $null = New-Item -ItemType Directory -Path $own -Force -ErrorAction Stop
    $of = if ($onEdge) { @{} } else { @{ Server = $name } }
    Export-Result $name "$own\server.xml" 'Get-ExchangeServer' @{ Identity = $name }
    Export-Result $name "$own\connectors.xml" 'Get-ReceiveConnector' $of
    Export-Result $name "$own\transport.xml" $transport @{ Identity = $name }
    if ($onEdge -or -not $certificates -or $certificates.Parameters.ContainsKey('Server')) {
        Export-Result $name "$own\certificates.xml" 'Get-ExchangeCertificate' $of
    } elseif ($name -eq $env:COMPUTERNAME) { # Exchange 2007 has no -Server
        Export-Result $name "$own\certificates.xml" 'Get-ExchangeCertificate' @{}
    } else {
        Write-Problem "${name}: Get-ExchangeCertificate of Exchange 2007 reads its own server only. Run this script there with -Server $name."
    }
}
Write-Progress -Activity 'Exporting transport facts' -Status 'Done' -Completed
if ($asked -eq 0) {
    Remove-Item -LiteralPath $folder -Recurse
    Write-Warning 'Nothing was exported: there is no server to ask.'
    exit 2
}
Export-Result 'organization' "$folder\organization\send-connectors.xml" 'Get-SendConnector' @{}
if (-not $onEdge) {
    Export-Result 'organization' "$folder\organization\edge-subscriptions.xml" 'Get-EdgeSubscription' @{}
    if (Test-Cmdlet Get-HybridConfiguration) { # Exchange 2010 SP2 and later
        Export-Result 'organization' "$folder\organization\hybrid.xml" 'Get-HybridConfiguration' @{}
    }
}

$result = "$folder.zip"
try {
    Add-Type -AssemblyName System.IO.Compression.FileSystem -ErrorAction Stop # .NET Framework 4.5 and later
    [IO.Compression.ZipFile]::CreateFromDirectory($folder, $result, 'Optimal', $true)
    Remove-Item -LiteralPath $folder -Recurse -ErrorAction SilentlyContinue
} catch {
    Write-Warning "No zip file was made: take the whole folder. $($_.Exception.Message -replace '\s+', ' ')"
    Remove-Item -LiteralPath $result -ErrorAction SilentlyContinue
    $result = $folder
}
Write-Host "Servers exported: $asked of $($servers.Count). Problems: $script:problems."
Get-Item -LiteralPath $result
if ($script:problems -gt 0) { exit 1 }
