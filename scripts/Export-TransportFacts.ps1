#requires -Version 2.0

<#
.SYNOPSIS
Exports the facts about Exchange servers that transportcert reads.

.DESCRIPTION
Run this script once in the Exchange Management Shell. It exports the Receive connectors, certificates and transport
service of each server, and the organization's servers, Send connectors, Edge subscriptions and hybrid configuration.
The result is one file, TransportFacts-DATE.zip. Copy it to the computer that runs transportcert.

The script changes nothing, and exports no private keys and no passwords. It needs permission to run the Get cmdlets.
The settings of an Edge server can be read only on that server: run the script in its Exchange Management Shell.

.PARAMETER Server
The names of the servers to export. By default, all servers with a transport service are exported.

.PARAMETER Path
An existing folder for the result. By default, your Documents folder.

.EXAMPLE
.\Export-TransportFacts.ps1

.EXAMPLE
.\Export-TransportFacts.ps1 -Server 'EX01', 'EX02' -Path D:\Exports

.OUTPUTS
The zip file, or a folder if no zip file could be created. The exit code is 0 if everything was exported, 1 if
something is missing (a warning says what and why), and 2 if no server could be exported.

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

# Exports the output of a cmdlet to a file. If the cmdlet fails, the file is removed, because it would look complete.
function Export-Result([string]$About, [string]$File, [string]$Cmdlet, [hashtable]$Parameters) {
    try {
        $result = @(& $Cmdlet @Parameters -ErrorAction Stop)
        if ($Cmdlet -eq 'Get-SendConnector') {
            # A credential would be exported with its encrypted password.
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

# The cmdlets on an Edge server can read only that server, so -Server is not passed.
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
        Write-Problem "${name}: the settings of an Edge server can be read only on that server. Run this script there."
        continue
    }
    # Before Exchange 2013, only these roles have a transport service.
    if ("$($one.AdminDisplayVersion)" -match 'Version (6|8|14)\.' -and $role -notmatch 'HubTransport|Edge') {
        Write-Host "${name}: skipped, because it has no transport service."
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
        Write-Problem "${name}: Get-ExchangeCertificate in Exchange 2007 can read only the local server. Run this script there with -Server $name."
    }
}
Write-Progress -Activity 'Exporting transport facts' -Status 'Done' -Completed
if ($asked -eq 0) {
    Remove-Item -LiteralPath $folder -Recurse
    Write-Warning 'Nothing was exported, because there is no server to export.'
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
    Write-Warning "The zip file could not be created. Use the whole folder instead. $($_.Exception.Message -replace '\s+', ' ')"
    Remove-Item -LiteralPath $result -ErrorAction SilentlyContinue
    $result = $folder
}
Write-Host "Servers exported: $asked of $($servers.Count). Problems: $script:problems."
Get-Item -LiteralPath $result
if ($script:problems -gt 0) { exit 1 }
