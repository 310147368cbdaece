using Quai.Engine.Containers.State;

namespace Quai.Engine.Containers.Runs;

/// <summary>Delays before restarts by policy: from a tenth of a second, doubled each time, to a minute.</summary>
internal sealed class RestartWaits(ContainerRecords records, TimeProvider time)
{
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100), s_longestDelay = TimeSpan.FromMinutes(1), s_longEnough = TimeSpan.FromSeconds(10);

    /// <summary>Waits and then calls back with the container locked, unless the wait was cancelled or the container has changed state by then.</summary>
    /// <param name="container">Locked when this is called.</param>
    /// <param name="ran">How long the previous run took.</param>
    /// <param name="start">Starts it.</param>
    public async Task WaitAsync(Container container, TimeSpan ran, Func<Task> start)
    {
        TimeSpan doubled = container.RestartDelay * 2;
        container.RestartDelay = ran >= s_longEnough || doubled == TimeSpan.Zero ? s_firstDelay : doubled > s_longestDelay ? s_longestDelay : doubled;
        using var wait = new CancellationTokenSource();
        container.RestartWait = wait;
        try
        {
            await Task.Delay(container.RestartDelay, time, wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        using (await container.Lock.EnterAsync().ConfigureAwait(false))
        {
            if (container.RestartWait == wait && container.State.Status == ContainerStatus.Restarting)
            {
                container.RestartWait = null;
                await start().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Cancels the wait because somebody stopped the container. It is locked.</summary>
    public async Task CancelAsync(Container container)
    {
        container.RestartWait?.Cancel();
        container.RestartWait = null;
        container.Machine.StopRequested();
        container.Machine.RestartCancelled();
        await records.SaveAsync(container).ConfigureAwait(false);
        container.ReportExit();
    }
}
