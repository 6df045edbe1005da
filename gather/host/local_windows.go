package host

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"

	"github.com/transportcert/transportcert/gather"
)

// Gather replaces the host section and, if the server has no name yet, names
// it. It fails if Windows does not return a name, or if the interfaces of
// Network Load Balancing cannot be listed; a single interface that cannot be
// read is reported. It does not fail if Network Load Balancing is not
// installed.
func (l Local) Gather(_ context.Context, doc *gather.Document) error {
	var server string
	host := &gather.Host{}
	for _, name := range []struct {
		kind uint32
		what string
		into *string
	}{
		{windows.ComputerNameDnsFullyQualified, "DNS FQDN", &host.DNSFQDN},
		{windows.ComputerNameDnsHostname, "DNS host name", &host.DNSHostName},
		{windows.ComputerNamePhysicalDnsFullyQualified, "physical DNS FQDN", &host.PhysicalDNSFQDN},
		{windows.ComputerNamePhysicalDnsHostname, "physical DNS host name", &host.PhysicalDNSHostName},
		{windows.ComputerNamePhysicalNetBIOS, "NetBIOS name", &server},
	} {
		text, err := computerName(name.kind)
		if err == nil && text == "" {
			err = errors.New("it is empty")
		}
		if err != nil {
			return fmt.Errorf("names of this computer: %s: %w", name.what, err)
		}
		*name.into = text
	}
	keys, err := clusterKeys()
	if err != nil {
		return fmt.Errorf(`registry: HKEY_LOCAL_MACHINE\%s: %w`, interfacesKey, err)
	}
	host.NLBClusterNames = clusterNames(keys, l.Report)
	doc.Host = host
	if doc.Server == "" {
		doc.Server = server
	}
	doc.SetSource("host", "windows:GetComputerNameEx")
	return nil
}

func computerName(kind uint32) (string, error) {
	size := uint32(256)
	for {
		buffer := make([]uint16, size)
		err := windows.GetComputerNameEx(kind, &buffer[0], &size)
		if err == nil {
			return windows.UTF16ToString(buffer[:min(int(size), len(buffer))]), nil
		}
		if !errors.Is(err, windows.ERROR_MORE_DATA) || int(size) <= len(buffer) {
			return "", err
		}
	}
}

// clusterKeys reads the keys of the interfaces. There are none if Network Load
// Balancing is not installed.
func clusterKeys() ([]clusterKey, error) {
	interfaces, err := registry.OpenKey(registry.LOCAL_MACHINE, interfacesKey, registry.READ)
	if errors.Is(err, registry.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer interfaces.Close()
	names, err := interfaces.ReadSubKeyNames(-1)
	if err != nil {
		return nil, err
	}
	var keys []clusterKey
	for _, name := range names {
		if !guidPattern.MatchString(name) {
			continue
		}
		key := clusterKey{guid: name}
		if key.name, err = clusterName(name); err != nil {
			key.fault = err.Error()
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func clusterName(guid string) (string, error) {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, interfacesKey+`\`+guid, registry.QUERY_VALUE)
	if err != nil {
		return "", err
	}
	defer key.Close()
	name, _, err := key.GetStringValue(clusterNameValue)
	if errors.Is(err, registry.ErrNotExist) {
		return "", nil
	}
	return name, err
}
