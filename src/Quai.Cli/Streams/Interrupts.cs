using System.Runtime.InteropServices;

namespace Quai.Cli.Streams;

/// <summary>Signals that end what a command does.</summary>
internal static class Interrupts
{
    /// <summary>Has a signal stop something in order; a second one ends the program at once.</summary>
    /// <param name="signal">The signal.</param>
    /// <param name="stop">Is cancelled.</param>
    /// <returns>Until this is disposed of.</returns>
    public static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    });
}
