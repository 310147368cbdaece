using System.Runtime.InteropServices;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Containers;
using Quai.Linux.Terminals;

namespace Quai.Cli.Streams;

/// <summary>While it exists, forwards signals that this program receives, or its terminal's size, to a container.</summary>
internal sealed class SignalForwarding : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    private SignalForwarding()
    {
    }

    /// <summary>Sends catchable signals to a container. Their numbers are the kernel's; names are sent.</summary>
    public static SignalForwarding ToContainer(ContainerClient containers, string id)
    {
        var forwarding = new SignalForwarding();
        (int Number, string Name)[] signals =
        [
            (1, "HUP"), (2, "INT"), (3, "QUIT"), (10, "USR1"), (12, "USR2"), (14, "ALRM"), (15, "TERM"), (18, "CONT"), (29, "IO"), (30, "PWR"),
        ];
        foreach ((int number, string name) in signals)
        {
            forwarding.Register(number, () =>
            {
                try
                {
                    containers.KillAsync(id, name).Await();
                }
                catch (Exception error) when (error is IOException or ConnectionException or DaemonException)
                {
                    // The container has ended meanwhile; the program waits for its end anyway.
                }
            });
        }

        return forwarding;
    }

    /// <summary>Reports the terminal's size to the daemon now and whenever it changes.</summary>
    /// <param name="resize">Receives rows and columns.</param>
    /// <param name="now">Whether to report it now, too.</param>
    public static SignalForwarding OfTerminalSize(Func<int, int, Task> resize, bool now = true)
    {
        var forwarding = new SignalForwarding();
        if (now)
        {
            Resize(resize);
        }

        forwarding.Register(28, () => Resize(resize));
        return forwarding;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    /// <summary>Sends the terminal's size once.</summary>
    public static void Resize(Func<int, int, Task> resize, int extraRows = 0)
    {
        (ushort rows, ushort columns) = Terminal.GetSize(1);
        if (rows == 0 && columns == 0)
        {
            return;
        }

        try
        {
            resize(rows + extraRows, columns).Await();
        }
        catch (Exception error) when (error is IOException or ConnectionException or DaemonException)
        {
            // A failure to resize the terminal is no reason to end.
        }
    }

    private void Register(int number, Action action)
    {
        PosixSignal signal = number switch
        {
            1 => PosixSignal.SIGHUP,
            2 => PosixSignal.SIGINT,
            3 => PosixSignal.SIGQUIT,
            15 => PosixSignal.SIGTERM,
            18 => PosixSignal.SIGCONT,
            28 => PosixSignal.SIGWINCH,
            _ => (PosixSignal)number,
        };
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            action();
        }));
    }
}
