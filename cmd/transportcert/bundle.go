package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/transportcert/transportcert/internal/bundles"
	"github.com/transportcert/transportcert/internal/printable"
	"github.com/transportcert/transportcert/internal/replace"
)

func newBundle() *cobra.Command {
	return newGroup("bundle", "Build, sign and publish the policies as an OPA bundle",
		`Make an OPA bundle of the policies that this program evaluates, for "opa", "conftest" and "evaluate --bundle".
docs/opa.md has an example of each.`,
		newBundleBuild(), newBundleSign(), newBundleVerify(), newBundlePush(), newBundlePull())
}

func newBundleBuild() *cobra.Command {
	var options bundles.Options
	var out bundleFile
	var signingKey string
	command := &cobra.Command{
		Use:   "build [-o FILE]",
		Short: "Build a bundle of the policies",
		Long: `Build a bundle of the shipped policies and, with --policy and --data, of your own. The same content always makes the
same bytes. Without --policy, the bundle can be loaded beside one of your own with the root transportcert/custom.`,
		Example: `  transportcert bundle build -o transportcert.tar.gz
  transportcert bundle build --policy custom/ --data waivers.yaml --signing-key private.pem -o contoso.tar.gz`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			data, err := bundles.Build(command.Context(), options)
			if err == nil && signingKey != "" {
				data, err = sign(command, data, signingKey)
			}
			if err != nil {
				return err
			}
			return out.write(command, data)
		},
	}
	flags := command.Flags()
	flags.StringArrayVar(&options.Policies, "policy", nil, "build in the Rego and data of your own, package transportcert.custom, in this `FOLDER`; can be repeated")
	flags.StringArrayVar(&options.Data, "data", nil, "build in the data in this JSON or YAML `FILE`; can be repeated")
	flags.StringVar(&options.Revision, "revision", "", "name the bundle's `REVISION`; without it, the SHA-256 of the content")
	flags.StringVar(&signingKey, "signing-key", "", "sign the bundle with the private key, RSA or ECDSA, in this PEM `FILE`")
	_ = command.MarkFlagDirname("policy")
	_ = command.MarkFlagFilename("data", "json", "yaml", "yml")
	out.addFlags(command)
	return command
}

func newBundleSign() *cobra.Command {
	var out bundleFile
	var signingKey string
	command := &cobra.Command{
		Use:     "sign FILE --signing-key FILE [-o FILE]",
		Short:   "Sign a bundle",
		Long:    `Sign a bundle as OPA does, replacing any signature that it has. Without -o, FILE itself is replaced.`,
		Example: `  transportcert bundle sign transportcert.tar.gz --signing-key private.pem`,
		Args:    arguments("FILE"),
		RunE: func(command *cobra.Command, args []string) error {
			if signingKey == "" {
				return usagef("expected --signing-key FILE")
			}
			data, err := bundles.ReadFile(args[0])
			if err == nil {
				data, err = sign(command, data, signingKey)
			}
			if err != nil {
				return err
			}
			if out == "" {
				out = bundleFile(args[0])
			}
			return out.write(command, data)
		},
	}
	command.Flags().StringVar(&signingKey, "signing-key", "", "sign with the private key, RSA or ECDSA, in this PEM `FILE`")
	out.addFlags(command)
	return command
}

func newBundleVerify() *cobra.Command {
	var verificationKey string
	command := &cobra.Command{
		Use:   "verify FILE --verification-key FILE",
		Short: "Verify a bundle's signature",
		Long: `Verify that every file of a bundle is signed with a key.

Exit codes: 0 the signature is valid, 1 it is not, 2 an error.`,
		Example: `  transportcert bundle verify transportcert.tar.gz --verification-key public.pem`,
		Args:    arguments("FILE"),
		RunE: func(command *cobra.Command, args []string) error {
			if verificationKey == "" {
				return usagef("expected --verification-key FILE")
			}
			key, err := bundles.ReadVerificationKey(verificationKey)
			if err != nil {
				return err
			}
			data, err := bundles.ReadFile(args[0])
			if err != nil {
				return err
			}
			answer := "is signed with " + verificationKey
			revision, no := bundles.Verify(command.Context(), data, key)
			if no == nil {
				answer += ", revision " + revision
			} else {
				answer = fmt.Sprintf("is not signed with %s: %v", verificationKey, no)
			}
			_, err = fmt.Fprintf(printable.NewWriter(command.OutOrStdout(), printable.Text), "%s\n", printable.Line(args[0]+" "+answer))
			if err == nil && no != nil {
				err = errNo
			}
			return err
		},
	}
	command.Flags().StringVar(&verificationKey, "verification-key", "", "the public key, RSA or ECDSA, in this PEM `FILE`")
	return command
}

func newBundlePush() *cobra.Command {
	var registry registryFlags
	command := &cobra.Command{
		Use:   "push FILE oci://HOST/REPO:TAG",
		Short: "Push a bundle to an OCI registry",
		Long: `Push a bundle to an OCI registry, in the form that OPA pulls, and print its address by digest. The credentials are those
of Docker's configuration (docker login).`,
		Example: `  transportcert bundle push transportcert.tar.gz oci://registry.contoso.test/policies/transportcert:v1`,
		Args:    arguments("FILE", "oci://HOST/REPO:TAG"),
		RunE: func(command *cobra.Command, args []string) error {
			data, err := bundles.ReadFile(args[0])
			if err != nil {
				return err
			}
			pushed, err := registry.Push(command.Context(), data, args[1])
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(command.OutOrStdout(), printable.Line(pushed))
			return err
		},
	}
	registry.addFlags(command)
	return command
}

func newBundlePull() *cobra.Command {
	var out bundleFile
	var registry registryFlags
	command := &cobra.Command{
		Use:   "pull oci://HOST/REPO:TAG [-o FILE]",
		Short: "Pull a bundle from an OCI registry",
		Long: `Pull a bundle from an OCI registry, by its tag or its digest (@sha256:...). The credentials are those of
Docker's configuration (docker login).`,
		Example: `  transportcert bundle pull oci://registry.contoso.test/policies/transportcert:v1 -o transportcert.tar.gz`,
		Args:    arguments("oci://HOST/REPO:TAG"),
		RunE: func(command *cobra.Command, args []string) error {
			data, digest, err := registry.Pull(command.Context(), args[0])
			if err != nil {
				return err
			}
			note(command.ErrOrStderr())(args[0] + ": pulled " + digest)
			return out.write(command, data)
		},
	}
	registry.addFlags(command)
	out.addFlags(command)
	return command
}

func sign(command *cobra.Command, data []byte, keyFile string) ([]byte, error) {
	key, err := bundles.ReadSigningKey(keyFile, note(command.ErrOrStderr()))
	if err != nil {
		return nil, err
	}
	return bundles.Sign(command.Context(), data, key)
}

// bundleFile is where a bundle is written to; empty: stdout.
type bundleFile string

func (f *bundleFile) addFlags(command *cobra.Command) {
	command.Flags().StringVarP((*string)(f), "output-file", "o", "", "write the bundle to this `FILE`, whole or not at all")
	_ = command.MarkFlagFilename("output-file", "gz")
}

func (f bundleFile) write(command *cobra.Command, data []byte) error {
	if f != "" {
		err := replace.File(string(f), bytes.NewReader(data))
		if err == nil {
			noteSuccess(command.ErrOrStderr(), string(f)+": written")
		}
		return err
	}
	if stdout, ok := command.OutOrStdout().(*os.File); ok && term.IsTerminal(int(stdout.Fd())) {
		return usagef("expected -o FILE: a bundle is not for a terminal")
	}
	_, err := command.OutOrStdout().Write(data)
	return err
}

// arguments is what Args of a command with these arguments is.
func arguments(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return usagef("expected %s", strings.Join(names, " "))
		}
		return nil
	}
}
