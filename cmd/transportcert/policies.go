package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/transportcert/transportcert/evaluate"
	"github.com/transportcert/transportcert/internal/bundles"
)

// policyFlags are the flags that say which policies decide. They mean the same
// in every command.
type policyFlags struct {
	bundles         []string
	verificationKey string
	policies        []string
	waivers         []string // files, of check
	registry        registryFlags
}

func (p *policyFlags) addFlags(command *cobra.Command) {
	group(command, ownFlags)
	flags := command.Flags()
	flags.StringArrayVar(&p.bundles, "bundle", nil, "decide with this OPA `BUNDLE`, a file, a folder or oci://HOST/REPO:TAG; can be repeated")
	flags.StringVar(&p.verificationKey, "verification-key", "", "refuse a bundle that is not signed with the key whose public part is in this PEM `FILE`")
	flags.StringArrayVar(&p.policies, "policy", nil, "add the Rego and data of your own, package transportcert.custom, in this `FOLDER`; can be repeated")
	_ = command.MarkFlagFilename("bundle", "gz")
	_ = command.MarkFlagFilename("verification-key", "pem", "pub")
	_ = command.MarkFlagDirname("policy")
	p.registry.addFlags(command)
	group(command, decisionFlags)
}

// check finds out what is wrong with the flags before anything is read.
func (p *policyFlags) check() error {
	if p.verificationKey != "" && len(p.bundles) == 0 {
		return usagef("--verification-key requires --bundle")
	}
	return checkPolicyPaths(p.policies)
}

// checkPolicyPaths is an error for a file that has neither Rego nor data.
func checkPolicyPaths(paths []string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		known := slices.Contains([]string{".rego", ".json", ".yaml", ".yml"}, strings.ToLower(filepath.Ext(path)))
		if err == nil && info.Mode().IsRegular() && !known {
			return usagef("%s: expected a folder of Rego, or a file *.rego, *.json or *.yaml; --bundle takes a bundle", path)
		}
	}
	return nil
}

// evaluator compiles the policies that the flags name. What is pulled for it is
// told on stderr.
func (p *policyFlags) evaluator(command *cobra.Command, options ...evaluate.Option) (*evaluate.Evaluator, error) {
	options = append(options,
		evaluate.WithVerificationKey(p.verificationKey), evaluate.WithPolicies(p.policies...))
	for _, path := range p.waivers {
		options = append(options, evaluate.WithWaivers(path))
	}
	for _, bundle := range p.bundles {
		if remote, err := bundles.InRegistry(bundle); err != nil {
			return nil, err
		} else if !remote {
			options = append(options, evaluate.WithBundle(bundle))
			continue
		}
		data, digest, err := p.registry.Pull(command.Context(), bundle)
		if err != nil {
			return nil, err
		}
		note(command.ErrOrStderr())(fmt.Sprintf("%s: pulled %s", bundle, digest))
		options = append(options, evaluate.WithBundleData(bundle, data))
	}
	return evaluate.New(command.Context(), options...)
}

// registryFlags are the flags that say how to reach a registry.
type registryFlags struct{ bundles.Registry }

func (r *registryFlags) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&r.CA, "ca", "", "trust the certificates in this PEM `FILE` for oci://HOST, instead of this computer's")
	flags.BoolVar(&r.PlainHTTP, "plain-http", false, "use http for oci://HOST where HOST is a loopback address")
	_ = command.MarkFlagFilename("ca", "pem", "crt", "cer")
}
