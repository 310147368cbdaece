using Quai.Engine.Containers;

namespace Quai.Daemon.Tests.Fakes;

/// <summary>A program that a client is attached to.</summary>
internal sealed class FakeSession(bool tty, Func<Stream, Stream, CancellationToken, Task> program) : IAttachSession
{
    public bool Tty => tty;

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Reads stdin to its end, then prints how many bytes it was: what <c>wc -c</c> does.</summary>
    public static FakeSession CountInput(bool tty = false) => new(tty, async (input, output, cancellation) =>
    {
        byte[] buffer = new byte[4096];
        long count = 0;
        for (int read; (read = await input.ReadAsync(buffer, cancellation)) > 0;)
        {
            count += read;
        }

        await Task.Yield();
        await output.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{count}\n"), cancellation);
    });

    public async Task RunAsync(Stream fromClient, Stream toClient, CancellationToken cancellation)
    {
        try
        {
            await program(fromClient, toClient, cancellation);
        }
        finally
        {
            Ended.TrySetResult();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
