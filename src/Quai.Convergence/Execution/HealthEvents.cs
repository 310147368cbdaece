using Quai.Api.System;
using Quai.Client;

namespace Quai.Convergence.Execution;

/// <summary>Tells when something happens to a project's containers, so that nobody has to ask again and again.</summary>
internal sealed class HealthEvents : IAsyncDisposable
{
    // Should an event be lost, the wait ends all the same.
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource> _waiting = [];
    private readonly Task _reading;

    /// <summary>Listens from now on.</summary>
    public HealthEvents(EngineClient engine, string projectName) => _reading = ReadAsync(engine, projectName);

    /// <summary>What is to be awaited until something happens to a container. Take it before looking at the container's state, so that nothing is missed.</summary>
    public Task Next(string container)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(container, out TaskCompletionSource? source))
            {
                _waiting[container] = source = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            return source.Task;
        }
    }

    /// <summary>Waits for what <see cref="Next"/> returned.</summary>
    public static async Task WaitAsync(Task next, CancellationToken cancellation)
    {
        await Task.WhenAny(next, Task.Delay(s_longest, cancellation));
        cancellation.ThrowIfCancellationRequested();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        _end.Dispose();
    }

    private async Task ReadAsync(EngineClient engine, string projectName)
    {
        KeyValuePair<string, string>[] filters =
        [
            new("type", "container"), new("label", $"{ComposeLabels.Project}={projectName}"), new("event", "health_status"), new("event", "die"), new("event", "start"),
        ];
        try
        {
            // Events of the last second are repeated: none is lost before the request arrives.
            string since = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
            await foreach (EventMessage message in engine.System.EventsAsync(filters, since, cancellation: _end.Token))
            {
                lock (_lock)
                {
                    if (_waiting.Remove(message.Actor.ID, out TaskCompletionSource? source))
                    {
                        source.SetResult();
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ConnectionException or DaemonException or ObjectDisposedException)
        {
            // Whoever waits looks again after a while.
        }
    }
}
