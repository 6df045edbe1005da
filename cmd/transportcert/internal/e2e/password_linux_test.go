package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// A signal ends the wait for a password, and the terminal shows again what is
// typed.
func TestInterruptedPrompt(t *testing.T) {
	t.Parallel()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	defer master.Close()
	require.NoError(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	defer terminal.Close()
	shown := func() bool {
		settings, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
		return err == nil && settings.Lflag&unix.ECHO != 0
	}
	require.True(t, shown())

	command := exec.CommandContext(soon(t), "transportcert", "gather", "--ldap-url", "ldaps://127.0.0.1:1", "--user", "reader", "--server", "EX01")
	command.Stdin = terminal
	stderr, err := command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	said := bufio.NewReader(stderr)
	prompt, err := said.ReadString(':')
	require.NoError(t, err)
	require.Equal(t, "Password of reader:", prompt)
	require.Eventually(t, func() bool { return !shown() }, time.Minute, time.Millisecond)
	require.NoError(t, command.Process.Signal(os.Interrupt))
	rest, err := io.ReadAll(said)
	require.NoError(t, err)
	require.Equal(t, " \ntransportcert: directory ldaps://127.0.0.1:1: bind: interrupted: context canceled\n", string(rest))
	require.Error(t, command.Wait())
	require.Equal(t, exitError, command.ProcessState.ExitCode())
	require.True(t, shown())
}
