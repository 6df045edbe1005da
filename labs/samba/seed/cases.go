package main

import (
	"encoding/hex"
	"slices"
	"strings"
)

// Dates of the certificates in the stores, relative to the plan's now.
var (
	longAgo  = now.AddDate(-3, 0, 0)
	lastYear = now.AddDate(-1, 0, 0)
	lastWeek = now.AddDate(0, 0, -7)
	nextYear = now.AddDate(1, 0, 0)
)

// cases are assigned to the servers in turn. Their expected results follow from
// the nine steps, worked out by hand.
var cases = []struct {
	name  string
	build func(*server) error
}{
	{"self-signed", func(s *server) error { return s.good(nil, func(p pair) []byte { return p.der }) }},
	{"issued", func(s *server) error { return s.good(&s.contoso, func(p pair) []byte { return p.der }) }},
	{"raw thumbprint", func(s *server) error {
		return s.good(nil, func(p pair) []byte { return unhex(p.thumbprint) })
	}},
	{"hex thumbprint", func(s *server) error {
		s.serialNumber, s.ExchangeVersion = "", "15.2.1544" // from versionNumber
		return s.good(nil, func(p pair) []byte { return []byte(strings.ToLower(p.thumbprint)) })
	}},

	// 1037: another certificate is best.
	{"newer beside it", func(s *server) error { return s.notBest(nil, "self_signed") }},
	{"issued beside it", func(s *server) error { return s.notBest(&s.contoso, "pki") }},

	{"ExchangeServer off", func(s *server) error {
		p, err := s.certificate(nil, lastYear, nextYear, "SMTP")
		s.connector("Default "+s.Server, 15, "0.0.0.0:25")
		s.connector("Client Frontend "+s.Server, 15, "0.0.0.0:587")
		s.connector("Relay", 1, "0.0.0.0:2525")
		s.attribute = p.der
		s.decide(&p, &p, "self_signed", "", p)
		return err
	}},
	{"null", func(s *server) error {
		p, err := s.certificate(nil, lastYear, nextYear, "IIS", "SMTP")
		s.standardConnectors()
		s.decide(nil, &p, "self_signed", "directory_null", p)
		return err
	}},
	{"not in the store", func(s *server) error {
		lost, err := leaf(nil, longAgo, nextYear, s.Server, s.Host.DNSFQDN)
		if err != nil {
			return err
		}
		p, err := s.certificate(nil, lastYear, nextYear, "SMTP")
		s.standardConnectors()
		s.attribute = lost.der
		s.decide(nil, &p, "self_signed", "certificate_not_found", p)
		s.Directory.InternalTransportCertificate = &lost.thumbprint
		s.Decision.Events = []int{12013}
		return err
	}},
	{"expired", func(s *server) error {
		p, err := s.certificate(nil, longAgo, lastWeek, "SMTP")
		s.standardConnectors()
		s.attribute = p.der
		s.decide(&p, &p, "self_signed", "", p)
		s.Decision.Expired = new(true)
		s.Decision.Events = []int{12015}
		return err
	}},

	// Attributes that the account "reader" may not read.
	{"unreadable", func(s *server) error {
		s.Hidden = []string{"msExchServerInternalTLSCert", "versionNumber", "serialNumber", "msExchCurrentServerRoles"}
		s.ExchangeVersion, s.Roles = "", nil
		p, err := s.certificate(nil, lastYear, nextYear, "SMTP")
		s.standardConnectors()
		s.attribute = p.der
		s.decide(nil, &p, "self_signed", "directory_unreadable", p)
		s.Directory.Readable = false
		return err
	}},
	{"hidden attribute", func(s *server) error {
		s.Hidden = []string{"msExchServerInternalTLSCert"}
		p, err := s.certificate(nil, lastYear, nextYear, "SMTP")
		s.standardConnectors()
		s.attribute = p.der
		s.decide(nil, &p, "self_signed", "directory_null", p)
		return err
	}},

	// The loaded certificate works but fails step 7, and no other certificate
	// passes it.
	{"no private key", func(s *server) error {
		p, err := leaf(nil, lastYear, nextYear, s.Server, s.Host.DNSFQDN)
		return s.failing(p, err, false, "SMTP")
	}},
	{"no SMTP", func(s *server) error {
		p, err := leaf(nil, lastYear, nextYear, s.Server, s.Host.DNSFQDN)
		return s.failing(p, err, true, "IIS", "POP")
	}},
	{"other name", func(s *server) error {
		p, err := leaf(nil, lastYear, nextYear, "other."+domain, "*."+domain)
		return s.failing(p, err, true, "SMTP")
	}},
	{"issued by an unknown CA", func(s *server) error {
		p, err := s.certificate(&s.unknownCA, lastYear, nextYear, "SMTP")
		s.standardConnectors()
		s.attribute = p.der
		s.decide(&p, nil, "", "", p)
		return err
	}},

	{"many connectors", func(s *server) error {
		p, err := s.certificate(nil, lastYear, nextYear, "SMTP")
		s.standardConnectors()
		s.connector(`Relay "A+B", <dmz>; #1 = \test`, 31, "192.0.2.1:25")
		s.connector("Übergabe Zürich", -1, "192.0.2.2:25")
		s.connector("Disabled", 31, "192.0.2.3:25").Enabled = new(false)
		s.connector("Enabled", 16, "192.0.2.4:25").Enabled = new(true)
		s.connector("Open relay", 32, "192.0.2.5:25")
		s.connector("Nothing", 0, "192.0.2.6:25")
		s.connector("Suppressed", 17, "192.0.2.7:25").SuppressXAnonymousTLS = new(true)
		s.options["Suppressed"] = 4097
		s.connector("Not suppressed", 17, "192.0.2.8:25").SuppressXAnonymousTLS = new(false)
		s.options["Not suppressed"] = 1
		s.names("msExchSmtpReceiveTlsCertificateName", "CN=Contoso CA", `CN=mail.contoso.test, O="Contoso, Ltd.", S=Zürich`)
		s.connector("Hybrid", 1, "192.0.2.9:25")
		s.names("msExchSmtpTLSCertificate", "CN=Contoso CA", "CN=hybrid.contoso.test")
		s.attribute = p.der
		s.decide(&p, &p, "self_signed", "", p)
		return err
	}},
	{"no transport", func(s *server) error {
		s.roles, s.Roles = 4, []string{"ClientAccess"}
		p, err := s.certificate(nil, lastYear, nextYear, "SMTP")
		s.attribute = p.der
		s.decide(&p, &p, "self_signed", "", p)
		return err
	}},
}

// good is a server with one certificate and no problem.
func (s *server) good(issuer *authority, form func(pair) []byte) error {
	p, err := s.certificate(issuer, lastYear, nextYear, "IIS", "SMTP")
	kind := "self_signed"
	if issuer != nil {
		kind = "pki"
	}
	s.standardConnectors()
	s.attribute = form(p)
	s.decide(&p, &p, kind, "", p)
	return err
}

// notBest is a server whose loaded certificate is not the best.
func (s *server) notBest(issuer *authority, kind string) error {
	s.exchange2010()
	p, err := s.certificate(nil, lastYear, nextYear, "SMTP")
	if err != nil {
		return err
	}
	better, err := s.certificate(issuer, lastWeek, nextYear, "SMTP")
	s.standardConnectors()
	s.attribute = p.der
	s.decide(&p, &better, kind, "", better, p)
	s.Decision.Events = []int{1037}
	return err
}

func (s *server) failing(p pair, err error, withKey bool, services ...string) error {
	s.keep(p, withKey, services...)
	s.standardConnectors()
	s.attribute = p.der
	s.decide(&p, nil, "", "")
	return err
}

// decide sets what the plan expects: the loaded certificate, the best and its
// kind, where the connectors with ExchangeServer stop, and the eligible
// certificates in order.
func (s *server) decide(loaded, best *pair, kind, stop string, eligible ...pair) {
	d := &s.Decision
	d.Connectors, d.Eligible, d.Events = []verdict{}, []string{}, []int{}
	if loaded != nil {
		d.Certificate = &loaded.thumbprint
		d.Expired = new(false)
		s.Directory.InternalTransportCertificate = &loaded.thumbprint
	}
	if best != nil {
		d.Best, d.BestKind = &best.thumbprint, &kind
	}
	if loaded != nil && best != nil {
		d.MatchesBest = new(loaded.thumbprint == best.thumbprint)
	}
	for _, p := range eligible {
		d.Eligible = append(d.Eligible, p.thumbprint)
	}
	for _, c := range s.Connectors {
		v := verdict{Name: c.Name}
		switch {
		case c.Enabled != nil && !*c.Enabled:
			v.StoppedAt = new("connector_disabled")
		case !slices.Contains(c.AuthMechanisms, "ExchangeServer"):
			v.StoppedAt = new("exchange_server_auth_disabled")
		case c.SuppressXAnonymousTLS != nil && *c.SuppressXAnonymousTLS:
			v.StoppedAt = new("x_anonymoustls_suppressed")
		case stop != "":
			v.StoppedAt = &stop
		default:
			v.Advertise, v.Certificate = true, d.Certificate
		}
		d.Connectors = append(d.Connectors, v)
	}
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err) // a thumbprint that was made a line above
	}
	return b
}
