using System.Runtime.InteropServices;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Linux.Terminals;

namespace Quai.Cli.Streams;

/// <summary>While it lives, signals that this program gets go to a container, or its terminal's size does.</summary>
internal sealed class SignalForwarding : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    private SignalForwarding()
    {
    }

    /// <summary>Sends the signals that may be caught to a container. Their numbers are the kernel's; names go over the wire.</summary>
    public static SignalForwarding ToContainer(HttpTransport engine, string id)
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
                    engine.SendAny("POST", new Query($"/containers/{Query.Segment(id)}/kill").With("signal", name).ToString()).Dispose();
                }
                catch (Exception error) when (error is IOException or ConnectionException)
                {
                    // The container has ended meanwhile; its end is what the program waits for.
                }
            });
        }

        return forwarding;
    }

    /// <summary>Tells the daemon the terminal's size now and whenever it changes.</summary>
    /// <param name="engine">The daemon.</param>
    /// <param name="path">The path of the resize call.</param>
    /// <param name="now">Tell it now, too.</param>
    public static SignalForwarding OfTerminalSize(HttpTransport engine, string path, bool now = true)
    {
        var forwarding = new SignalForwarding();
        if (now)
        {
            Resize(engine, path);
        }

        forwarding.Register(28, () => Resize(engine, path));
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
    public static void Resize(HttpTransport engine, string path, int extraRows = 0)
    {
        (ushort rows, ushort columns) = Terminal.GetSize(1);
        if (rows == 0 && columns == 0)
        {
            return;
        }

        try
        {
            engine.SendAny("POST", new Query(path).With("h", (rows + extraRows).ToString()).With("w", columns.ToString()).ToString()).Dispose();
        }
        catch (Exception error) when (error is IOException or ConnectionException)
        {
            // A terminal of another size is no reason to end.
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
