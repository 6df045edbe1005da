package probe

import (
	"fmt"
	"strings"
	"time"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/gather"
)

// The codes of reasons.
const (
	documentOlder        = "document_older"
	temporaryCertificate = "temporary_certificate"
	extensionRemoved     = "extension_removed"
	anotherServer        = "another_server"
	anotherConnector     = "another_connector"
	certificateUnusable  = "certificate_unusable"
	certificateNotLoaded = "certificate_not_loaded"
	notRestarted         = "not_restarted"
	plainTextInjected    = "plain_text_injected"
)

// recent is the age up to which a certificate counts as recent if the document
// does not say when it was gathered.
const recent = 30 * 24 * time.Hour

func (c *comparing) notOffered(scenario evaluate.Scenario) []Reason {
	reasons := c.between(fmt.Sprintf("It may also have removed %s from the answer to EHLO.", keywords[scenario]))
	reasons = append(reasons, c.otherConnector()...)
	reasons = append(reasons, c.older(false))
	event := "12012, 12013"
	if scenario == evaluate.InboundSTARTTLS {
		event = "12014"
	}
	return append(reasons, Reason{certificateNotLoaded,
		"The server could not load its certificate. Look for event " + event + " in its Application log."})
}

func (c *comparing) offered(scenario evaluate.Scenario, expected evaluate.Use, found *Handshake) []Reason {
	var reasons []Reason
	if len(found.Chain) > 0 {
		lost := expected.StoppedAt != nil && *expected.StoppedAt == "certificate_not_found"
		reasons = append(reasons, c.temporary(scenario, found.Chain[0], lost)...)
	}
	reasons = append(reasons, c.between("")...)
	reasons = append(reasons, c.otherConnector()...)
	return append(reasons, c.older(c.newer(found)))
}

func (c *comparing) anotherCertificate(scenario evaluate.Scenario, served gather.Certificate) []Reason {
	if c.stored(served.Thumbprint) {
		reasons := append(c.between(""), c.otherConnector()...)
		return append(reasons, Reason{notRestarted,
			"The served certificate is in the document's store: the transport services have not been restarted since it was replaced."},
			c.older(false))
	}
	reasons := c.temporary(scenario, served, false)
	reasons = append(reasons, c.between("It may also terminate TLS itself, with its own certificate.")...)
	older := c.older(c.newer(c.Of(scenario)))
	older.Message += " The served certificate is not in the document's store."
	return append(reasons, older)
}

func (c *comparing) failed(scenario evaluate.Scenario) []Reason {
	if c.Of(scenario).injected {
		return append([]Reason{{plainTextInjected, "Something between this computer and the server inserts text into the session, or the server is faulty."}}, c.between("")...)
	}
	reasons := []Reason{{certificateUnusable, "The certificate has no private key that the server can use, or is not enabled for SMTP."}}
	reasons = append(reasons, c.between("")...)
	return append(reasons, c.older(false))
}

// between returns a reason if the greeting shows that something is between this
// computer and the server, or replaces it. The sentence adds what else it may
// do.
func (c *comparing) between(sentence string) []Reason {
	switch {
	case c.overwritten():
		return []Reason{{extensionRemoved, "A firewall that inspects SMTP has overwritten parts of the greeting."}}
	case !strings.Contains(c.Banner, ExchangeBanner):
		return []Reason{{anotherServer, strings.TrimSpace("A load balancer, a firewall or another mail server answers: the banner is not that of Exchange. " + sentence)}}
	}
	return nil
}

// temporary is the reason of event 12024: without its certificate, a server of
// 2010 and later can create a temporary one.
func (c *comparing) temporary(scenario evaluate.Scenario, served gather.Certificate, lost bool) []Reason {
	unknown := served.SelfSigned != nil && *served.SelfSigned && !c.stored(served.Thumbprint)
	if scenario != evaluate.InboundAnonymous || c.Decision.Procedure == "2007" && c.Document.ExchangeVersion != "" || !unknown || !lost && !c.isRecent(served) {
		return nil
	}
	return []Reason{{temporaryCertificate, "The server could not load its internal transport certificate, and uses a temporary self-signed one. " +
		"Look for events 12013 and 12024 in its Application log."}}
}

// isRecent reports whether a certificate is newer than the document or, if the
// document does not say when it was gathered, a few days old.
func (c *comparing) isRecent(served gather.Certificate) bool {
	since := c.Document.GatheredAt
	if since == "" {
		if now, err := time.Parse(gather.TimeFormat, c.ProbedAt); err == nil {
			since = now.Add(-recent).Format(gather.TimeFormat)
		}
	}
	return served.NotBefore >= since
}

// newer reports whether the served certificate was created after the document.
func (c *comparing) newer(found *Handshake) bool {
	return c.Document.GatheredAt != "" && len(found.Chain) > 0 && found.Chain[0].NotBefore >= c.Document.GatheredAt
}

func (c *comparing) older(certainly bool) Reason {
	message := "The server has changed since the document was gathered"
	switch at := c.Document.GatheredAt; {
	case at == "":
		message += "; the document does not say when that was."
	case certainly:
		message += " on " + at + ": the certificate is valid from a later time."
	default:
		message += " on " + at + "."
	}
	return Reason{documentOlder, message}
}

func (c *comparing) stored(thumbprint string) bool {
	for _, certificate := range c.Document.Certificates {
		if certificate.Thumbprint == thumbprint {
			return true
		}
	}
	return false
}

// otherConnector returns a connector on the same port whose decision matches
// the answer: it may have answered because of its range of remote addresses.
func (c *comparing) otherConnector() []Reason {
	places, _ := bound(c.Result, c.Document)
	for _, place := range places {
		if place != c.connector && c.isAsDecided(place) {
			return []Reason{{anotherConnector, fmt.Sprintf("The connector %q may have answered: the answer matches its decision.", c.Document.Connectors[place].Name)}}
		}
	}
	return nil
}

func (c *comparing) isAsDecided(connector int) bool {
	for _, scenario := range Scenarios {
		expected, found := c.use(scenario, connector), c.Of(scenario)
		if expected.Offered != found.Offered || found.State == Failed || found.State == Unknown {
			return false
		}
		if found.Thumbprint != nil && (expected.Thumbprint == nil || *expected.Thumbprint != *found.Thumbprint) {
			return false
		}
	}
	return true
}
