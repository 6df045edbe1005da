package evaluate

import (
	"encoding/base64"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/transportcert/transportcert/gather"
)

// inputValue makes of a document what OPA makes of its JSON, without the way
// through text and maps.
func inputValue(d *gather.Document) ast.Value {
	o := fields{}
	o.set("schema_version", ast.IntNumberTerm(d.SchemaVersion))
	o.set("server", ast.StringTerm(d.Server))
	o.optional("now", d.Now)
	o.optional("phase", d.Phase)
	o.set("connectors", array(d.Connectors, connectorTerm))
	o.set("directory", directoryTerm(d.Directory))
	o.set("host", hostTerm(d.Host))
	o.set("certificates", array(d.Certificates, certificateTerm))
	if len(d.Sources) > 0 {
		sources := fields{}
		for section, source := range d.Sources {
			sources.set(section, ast.StringTerm(source))
		}
		o.set("sources", sources.term())
	}
	return o.term().Value
}

func connectorTerm(c *gather.Connector) *ast.Term {
	o := fields{}
	o.set("name", ast.StringTerm(c.Name))
	o.set("auth_mechanisms", texts(c.AuthMechanisms))
	if c.Enabled != nil {
		o.set("enabled", ast.InternedTerm(*c.Enabled))
	}
	o.optional("fqdn", c.FQDN)
	if len(c.Bindings) > 0 {
		o.set("bindings", texts(c.Bindings))
	}
	return o.term()
}

func directoryTerm(d *gather.Directory) *ast.Term {
	if d == nil {
		return ast.InternedNullTerm
	}
	o := fields{}
	o.set("readable", ast.InternedTerm(d.Readable))
	o.optional("error", d.Error)
	o.set("internal_transport_certificate", text(d.InternalTransportCertificate))
	return o.term()
}

func hostTerm(h *gather.Host) *ast.Term {
	if h == nil {
		return ast.InternedNullTerm
	}
	o := fields{}
	o.set("dns_fqdn", ast.StringTerm(h.DNSFQDN))
	o.set("dns_host_name", ast.StringTerm(h.DNSHostName))
	o.set("physical_dns_fqdn", ast.StringTerm(h.PhysicalDNSFQDN))
	o.set("physical_dns_host_name", ast.StringTerm(h.PhysicalDNSHostName))
	if len(h.NLBClusterNames) > 0 {
		o.set("nlb_cluster_names", texts(h.NLBClusterNames))
	}
	return o.term()
}

func certificateTerm(c *gather.Certificate) *ast.Term {
	o := make(fields, 0, 20)
	o.set("thumbprint", ast.StringTerm(c.Thumbprint))
	o.set("version", ast.IntNumberTerm(c.Version))
	o.set("subject", ast.StringTerm(c.Subject))
	o.set("issuer", ast.StringTerm(c.Issuer))
	o.set("serial_number", ast.StringTerm(c.SerialNumber))
	o.set("subject_common_names", texts(c.SubjectCommonNames))
	o.set("dns_names", texts(c.DNSNames))
	o.set("not_before", ast.StringTerm(c.NotBefore))
	o.set("not_after", ast.StringTerm(c.NotAfter))
	o.set("has_private_key", boolean(c.HasPrivateKey))
	o.set("services", texts(c.Services))
	o.set("self_signed", boolean(c.SelfSigned))
	o.set("trust", trustTerm(&c.Trust))
	o.optional("friendly_name", c.FriendlyName)
	o.optional("key_algorithm", c.KeyAlgorithm)
	if c.KeyBits != 0 {
		o.set("key_bits", ast.IntNumberTerm(c.KeyBits))
	}
	o.optional("signature_algorithm", c.SignatureAlgorithm)
	if len(c.DER) > 0 {
		o.set("der", ast.StringTerm(base64.StdEncoding.EncodeToString(c.DER)))
	}
	return o.term()
}

func trustTerm(t *gather.Trust) *ast.Term {
	o := fields{}
	o.set("chain", ast.StringTerm(t.Chain))
	o.set("valid_from", text(t.ValidFrom))
	o.set("valid_until", text(t.ValidUntil))
	o.set("revoked", boolean(t.Revoked))
	o.optional("error", t.Error)
	return o.term()
}

// fields are the keys and values of an object.
type fields [][2]*ast.Term

func (o *fields) set(key string, value *ast.Term) {
	*o = append(*o, [2]*ast.Term{ast.InternedTerm(key), value})
}

// optional sets a text that is absent where it is empty.
func (o *fields) optional(key, value string) {
	if value != "" {
		o.set(key, ast.StringTerm(value))
	}
}

func (o *fields) term() *ast.Term { return ast.NewTerm(ast.NewObject(*o...)) }

// The functions below make null of what is nil.

func text(value *string) *ast.Term {
	if value == nil {
		return ast.InternedNullTerm
	}
	return ast.StringTerm(*value)
}

func boolean(value *bool) *ast.Term {
	if value == nil {
		return ast.InternedNullTerm
	}
	return ast.InternedTerm(*value)
}

func texts(values []string) *ast.Term {
	return array(values, func(value *string) *ast.Term { return ast.StringTerm(*value) })
}

func array[T any](values []T, term func(*T) *ast.Term) *ast.Term {
	if values == nil {
		return ast.InternedNullTerm
	}
	terms := make([]*ast.Term, len(values))
	for i := range values {
		terms[i] = term(&values[i])
	}
	return ast.ArrayTerm(terms...)
}
