package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transportcert/transportcert/evaluate"
)

// waiverUse finds out which waivers concern nothing that was checked: a
// misspelt one suppresses nothing, and nobody would notice.
type waiverUse struct {
	waivers []usedWaiver
	unread  bool // a document could not be checked, and may be what a waiver is for
}

type usedWaiver struct {
	evaluate.Waiver
	server, certificate, rule bool // was among what was checked
}

func newWaiverUse(waivers []evaluate.Waiver, rules []evaluate.Rule) *waiverUse {
	use := &waiverUse{}
	for _, waiver := range waivers {
		known := func(rule evaluate.Rule) bool { return rule.ID == waiver.RuleID }
		use.waivers = append(use.waivers, usedWaiver{
			Waiver: waiver, server: waiver.Server == "", certificate: waiver.Thumbprint == "", rule: slices.ContainsFunc(rules, known),
		})
	}
	return use
}

// see takes a document that was checked.
func (u *waiverUse) see(o outcome) {
	if len(u.waivers) == 0 {
		return
	}
	thumbprints := map[string]bool{}
	for _, certificate := range o.Certificates {
		thumbprints[certificate.Thumbprint] = true
	}
	if internal := o.Directory.InternalTransportCertificate; internal != nil {
		thumbprints[*internal] = true
	}
	for i := range u.waivers {
		waiver := &u.waivers[i]
		here := waiver.Server == "" || strings.EqualFold(waiver.Server, o.found.Server)
		waiver.server = waiver.server || here
		waiver.certificate = waiver.certificate || here && thumbprints[strings.ToUpper(waiver.Thumbprint)]
		// A finding of an organization's own need not have a rule with METADATA.
		found := func(finding evaluate.Finding) bool { return finding.RuleID == waiver.RuleID }
		waiver.rule = waiver.rule || slices.ContainsFunc(o.found.Findings, found)
	}
}

// notes says of each waiver that concerns nothing where it stands, and why.
func (u *waiverUse) notes() []string {
	var notes []string
	for _, waiver := range u.waivers {
		why := ""
		switch {
		case !waiver.rule:
			why = "there is no such rule"
		case u.unread:
		case !waiver.server:
			why = fmt.Sprintf("no server %s was checked", waiver.Server)
		case !waiver.certificate && waiver.Server != "":
			why = fmt.Sprintf("%s has no certificate %s", waiver.Server, waiver.Thumbprint)
		case !waiver.certificate:
			why = fmt.Sprintf("no server has a certificate %s", waiver.Thumbprint)
		}
		if why != "" {
			notes = append(notes, fmt.Sprintf("%s: the waiver of %s applies to nothing: %s", waiver.At, waiver.RuleID, why))
		}
	}
	return notes
}
