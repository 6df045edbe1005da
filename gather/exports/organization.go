package exports

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/gather"
)

// sendConnector reads a Send connector. The properties that the decision
// depends on are required. The numbers of enumerations are not published, so only
// the names are accepted.
func (g Gatherer) sendConnector(e *export) (what string, c gather.SendConnector, err error) {
	o := e.object
	if c.Name = cmp.Or(o.string("Name"), o.string("Identity")); c.Name == "" {
		return "", c, errors.New("expected the Send connector's Name")
	}
	what = fmt.Sprintf("Send connector %q", c.Name)
	c.FQDN, c.TLSDomain = o.string("Fqdn"), o.string("TlsDomain")
	c.SmartHosts, c.AddressSpaces = o.texts("SmartHosts"), o.texts("AddressSpaces")
	if c.AddressSpaces == nil {
		return "", c, fmt.Errorf("%s: expected AddressSpaces", what)
	}
	mechanism, ok := o.known("SmartHostAuthMechanism")
	if !ok {
		return "", c, fmt.Errorf("%s: expected SmartHostAuthMechanism", what)
	}
	if c.SmartHostAuthMechanism = mechanism.string(); !slices.Contains(gather.SmartHostAuthMechanisms, c.SmartHostAuthMechanism) {
		return "", c, fmt.Errorf("%s: %w", what, mechanism.expected("one of "+strings.Join(gather.SmartHostAuthMechanisms, ", ")))
	}
	if name := o.certificateName("TlsCertificateName"); name != nil {
		c.TLSCertificateName = *name
	}
	if level := o.string("TlsAuthLevel"); slices.Contains(gather.TLSAuthLevels, level) {
		c.TLSAuthLevel = &level
	} else if level != "" {
		g.Report.Sentence("%s: %s: unknown TlsAuthLevel ignored: %s", e.place(), what, level)
	}
	if err := o.booleans([]boolean{
		{"Enabled", &c.Enabled}, {"RequireTLS", &c.RequireTLS},
		{"CloudServicesMailEnabled", &c.CloudServicesMailEnabled}, {"IgnoreSTARTTLS", &c.IgnoreSTARTTLS},
	}); err != nil {
		return "", c, fmt.Errorf("%s: %w", what, err)
	}
	c.SourceServers = o.servers("SourceTransportServers")
	return what, c, nil
}

// edgeSubscription reads an Edge subscription, with its certificate's
// thumbprint if the export has it.
func (g Gatherer) edgeSubscription(e *export) (what string, s gather.EdgeSubscription, err error) {
	o := e.object
	if s.Name = cmp.Or(o.string("Name"), o.string("Identity")); s.Name == "" {
		return "", s, errors.New("expected the Edge subscription's Name")
	}
	what = fmt.Sprintf("Edge subscription %q", s.Name)
	for _, property := range []string{"InternalTransportCertificateThumbprint", "Thumbprint"} {
		v, _ := o.known(property)
		if s.Thumbprint, err = v.thumbprint(); err != nil {
			return "", s, fmt.Errorf("%s: %w", what, err)
		}
		if s.Thumbprint != nil {
			break
		}
	}
	return what, s, nil
}

// hybrid reads the hybrid configuration.
func (g Gatherer) hybrid(e *export) (what string, h gather.Hybrid, err error) {
	return "the hybrid configuration", gather.Hybrid{TLSCertificateName: e.object.certificateName("TlsCertificateName")}, nil
}
