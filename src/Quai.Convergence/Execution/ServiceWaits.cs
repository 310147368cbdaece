using Quai.Api.Containers;
using Quai.Client;
using Quai.Client.Containers;

namespace Quai.Convergence.Execution;

/// <summary>Waits for services' containers.</summary>
/// <param name="engine">The engine.</param>
/// <param name="projectName">The project's name.</param>
public sealed class ServiceWaits(EngineClient engine, string projectName) : IAsyncDisposable
{
    // As long as Docker's compose takes to look for the second time.
    private static readonly TimeSpan s_steady = TimeSpan.FromMilliseconds(500);

    private readonly Lazy<HealthEvents> _events = new(() => new HealthEvents(engine, projectName));

    /// <summary>Waits until a container is healthy.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="name">Its name.</param>
    /// <param name="acceptsRunning">Whether it is enough that it runs, if it has no health check: half a second, so that a program that ends at once is not taken for one that runs.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <param name="isNew">Whether it must not have been restarted.</param>
    /// <exception cref="ConvergenceException">It has ended, is not healthy, or has no health check.</exception>
    public async Task HealthyAsync(string id, string name, bool acceptsRunning, CancellationToken cancellation, bool isNew = false)
    {
        long? runsSince = null;
        while (true)
        {
            Task next = _events.Value.Next(id);
            ContainerInspect container = await engine.Containers.InspectAsync(id, cancellation);
            if (container.State.Status is "exited" or "dead")
            {
                throw new ConvergenceException($"container {name} exited ({container.State.ExitCode})");
            }

            if (isNew && (container.RestartCount > 0 || container.State.Status == "restarting"))
            {
                throw new ConvergenceException($"container {name} exited ({container.State.ExitCode}), and was restarted");
            }

            if (container.State.Health is not { Status: not ("none" or "") } health)
            {
                if (!acceptsRunning)
                {
                    throw new ConvergenceException($"container {name} has no healthcheck configured");
                }

                if (container.State.Status == "running")
                {
                    runsSince ??= Environment.TickCount64;
                    TimeSpan left = s_steady - TimeSpan.FromMilliseconds(Environment.TickCount64 - runsSince.Value);
                    if (left <= TimeSpan.Zero)
                    {
                        return;
                    }

                    await Task.WhenAny(next, Task.Delay(left, cancellation));
                    cancellation.ThrowIfCancellationRequested();
                    continue;
                }
            }
            else if (health.Status == "healthy")
            {
                return;
            }
            else if (health.Status == "unhealthy")
            {
                throw new ConvergenceException($"container {name} is unhealthy{LastOutput(health)}");
            }

            await HealthEvents.WaitAsync(next, cancellation);
        }
    }

    /// <summary>Waits until a container that has just been started is healthy or, without a health check, has run for half a second.</summary>
    /// <exception cref="ConvergenceException">It has ended, is not healthy, or was restarted.</exception>
    public Task ReadyAsync(string id, string name, CancellationToken cancellation) => HealthyAsync(id, name, acceptsRunning: true, cancellation, isNew: true);

    /// <summary>Watches a container that is ready for a while.</summary>
    /// <exception cref="ConvergenceException">It has ended meanwhile, was restarted, or is not healthy any more.</exception>
    public async Task StaysAsync(string id, string name, TimeSpan duration, CancellationToken cancellation)
    {
        long begin = Environment.TickCount64;
        while (duration - TimeSpan.FromMilliseconds(Environment.TickCount64 - begin) is var left && left > TimeSpan.Zero)
        {
            Task next = _events.Value.Next(id);
            await HealthyAsync(id, name, acceptsRunning: true, cancellation, isNew: true);
            await Task.WhenAny(next, Task.Delay(left < s_steady ? left : s_steady, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Waits until a container has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<long> EndedAsync(string id, CancellationToken cancellation)
    {
        using ContainerWait wait = await engine.Containers.WaitAsync(id, cancellation: cancellation);
        return (await wait.EndAsync(cancellation)).StatusCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_events.IsValueCreated)
        {
            await _events.Value.DisposeAsync();
        }
    }

    private static string LastOutput(Health health) =>
        health.Log?.LastOrDefault()?.Output.Trim() is { Length: > 0 } output ? $": {output.Split('\n')[^1]}" : "";
}
