using System.Collections.Concurrent;
using Quai.Client;
using Quai.Client.Containers;
using Quai.Client.Streams;
using Quai.Client.Transport;

namespace Quai.Cli.Compose.Following;

/// <summary>Shows the output of containers as it comes, from before their start.</summary>
/// <param name="engine">The engine.</param>
/// <param name="printer">Where it is shown.</param>
/// <param name="timestamps">Whether lines have the time before them.</param>
internal sealed class Attachments(EngineClient engine, LogPrinter printer, bool timestamps)
{
    private readonly ConcurrentDictionary<string, Task> _running = new();

    /// <summary>Attaches to a container, unless it is attached already.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task AttachAsync(string id, string name, CancellationToken cancellation)
    {
        if (_running.TryGetValue(id, out Task? running) && !running.IsCompleted)
        {
            return;
        }

        printer.Add(name);
        try
        {
            ContainerOutline container = await engine.Containers.OutlineAsync(id, cancellation);
            PendingAnswer pending = await engine.Containers.AttachAsync(id, input: false, cancellation: cancellation);
            Connection connection = await pending.UpgradeAsync(cancellation);
            _running[id] = Task.Factory.StartNew(() => Copy(connection, connection.Read, container.Tty, name), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (DaemonException e) when (e.Status is 404 or 409)
        {
            // It has gone meanwhile.
        }
    }

    /// <summary>Goes on with a container that has been started again by the engine: what it wrote at once is in its log.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="since">When it ended before, in nanoseconds since 1970.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task ContinueAsync(string id, string name, long since, CancellationToken cancellation)
    {
        try
        {
            ContainerOutline container = await engine.Containers.OutlineAsync(id, cancellation);
            string time = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{since / 1_000_000_000}.{since % 1_000_000_000:000000000}");
            ResponseStream log = await engine.Containers.LogsAsync(id, new() { Follow = true, Since = time }, cancellation);
            _running[id] = Task.Factory.StartNew(() => Copy(log, log.Read, container.Tty, name), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (DaemonException)
        {
            // It has gone meanwhile, or its log cannot be read.
        }
    }

    /// <summary>Waits until all that containers have written is shown.</summary>
    public async Task EndAsync(TimeSpan longest) => await Task.WhenAny(Task.WhenAll(_running.Values), Task.Delay(longest));

    /// <summary>Waits until all that a container has written is shown.</summary>
    public async Task EndAsync(string id, TimeSpan longest)
    {
        if (_running.TryGetValue(id, out Task? running))
        {
            await Task.WhenAny(running, Task.Delay(longest));
        }
    }

    private void Copy(IDisposable source, StdCopy.Reader read, bool isTerminal, string name)
    {
        LineStream output = new(line => Print(name, line, false)), error = new(line => Print(name, line, true));
        try
        {
            using (source)
            {
                if (isTerminal)
                {
                    byte[] buffer = new byte[32 * 1024];
                    for (int count; (count = read(buffer)) > 0;)
                    {
                        output.Write(buffer.AsSpan(0, count));
                    }
                }
                else
                {
                    StdCopy.Copy(read, output, error);
                }
            }
        }
        catch (Exception e) when (e is IOException or ConnectionException or ObjectDisposedException)
        {
            // The engine has gone, or the container with it.
        }

        output.End();
        error.End();
    }

    private void Print(string name, byte[] line, bool isError)
    {
        if (timestamps)
        {
            line = [.. System.Text.Encoding.ASCII.GetBytes(DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", System.Globalization.CultureInfo.InvariantCulture) + "00Z "), .. line];
        }

        printer.Print(name, line, isError);
    }
}
