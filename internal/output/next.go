package output

import "fmt"

// next says what a person does after reading a decision.
func (p *page) next(s server) {
	for _, step := range s.next() {
		p.prose(6, "%s  %s", p.paint(bold, "Next"), step.sentence)
		if step.command != "" {
			p.line("      %s", step.command)
		}
	}
}

type nextStep struct{ sentence, command string }

func (s server) next() []nextStep {
	var steps []nextStep
	if undecided := s.undecided(); len(undecided) > 0 {
		steps = append(steps, nextStep{sentence: fmt.Sprintf(
			"Gather again with --roots FILE or --system-roots: whether the chain of %s is trusted is not known, and it could change which certificate is best.",
			list(undecided))})
	}
	for _, certificate := range s.facts.Certificates {
		if onlyUnknown(s.Ineligible[certificate.Thumbprint]) {
			steps = append(steps, nextStep{sentence: fmt.Sprintf(
				"Find out more about %s, for example with exports made on the server itself or with --facts FILE: %s, and only that keeps it from being eligible.",
				certificate.Thumbprint, reasons(s.Ineligible[certificate.Thumbprint], certificate))})
		}
	}
	events := s.which.events(s.decision)
	switch {
	case len(events) == 1:
		return append(steps, nextStep{sentence: fmt.Sprintf("Run the commands shown under event %d, then gather and evaluate again.", events[0].ID)})
	case len(events) > 1:
		return append(steps, nextStep{sentence: "Run the commands shown under each event, then gather and evaluate again."})
	case !s.facts.Directory.Readable:
		return append(steps, nextStep{sentence: "Find out why the server cannot read its own object in the directory" + inBrackets(s.facts.Directory.Error) + "."})
	case s.facts.Directory.InternalTransportCertificate == nil && s.Best != nil:
		return append(steps, nextStep{"Make the best certificate the internal transport certificate:",
			"Enable-ExchangeCertificate -Thumbprint " + *s.Best + " -Services SMTP"})
	case s.facts.Directory.InternalTransportCertificate == nil:
		return append(steps, nextStep{"Make a certificate that can be the internal transport certificate:",
			"New-ExchangeCertificate -Services SMTP"})
	case !s.advertises():
		return append(steps, nextStep{sentence: fmt.Sprintf(
			"If other Exchange servers are to send mail to %s, they need an enabled Receive connector whose AuthMechanism has ExchangeServer (Set-ReceiveConnector).", s.Server)})
	case len(steps) == 0 && s.MatchesBest == nil:
		return []nextStep{{sentence: "Nothing has to be done: the loaded certificate is served, and no certificate is best."}}
	case len(steps) == 0:
		return []nextStep{{sentence: "Nothing has to be done."}}
	}
	return steps
}

func onlyUnknown(reasons []string) bool {
	for _, reason := range reasons {
		if reason != "private_key_unknown" && reason != "services_unknown" {
			return false
		}
	}
	return len(reasons) > 0
}

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
