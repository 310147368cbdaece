using Quai.Engine.Attach;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Lifecycle;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.State;
using Quai.Errors;
using Quai.Networks;
using Quai.Runtime;

namespace Quai.Engine.Containers.Runs;

/// <summary>Starts a container's program, or undoes everything if that fails.</summary>
internal sealed class ContainerStarter(
    Launcher launcher, RunResources resources, ContainerRuns runs, ContainerRecords records, ContainerEvents events, ContainerRemoval removal, TimeProvider time)
{
    private const string RuntimePrefix = "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ";

    /// <summary>Starts it. The container is locked and not running. The caller may disconnect; a start that has begun is finished or undone.</summary>
    /// <param name="container">The container.</param>
    /// <param name="byPolicy">Whether its restart policy requested it.</param>
    /// <exception cref="QuaiException">It could not be started; nothing of the attempt is left.</exception>
    public async Task StartAsync(Container container, bool byPolicy)
    {
        container.Machine.Starting(byPolicy);
        container.BeingRestarted = false;
        IShim? shim = null;
        try
        {
            IReadOnlyList<Endpoint> leased = await resources.LeaseAsync(container).ConfigureAwait(false);
            container.Endpoints = ContainerEndpoints.Records(leased);

            // On disk before the runtime creates anything; meanwhile the rest is prepared.
            Task recorded = Task.Run(() => records.SaveAsync(container));
            ContainerLaunch launch;
            AttachSession? first;
            try
            {
                launch = launcher.Build(container, leased, await launcher.Logging.PrepareAsync(container, CancellationToken.None).ConfigureAwait(false));
                first = container.WaitingClients.Find(c => c.Streams is not null);
                launch = first is null ? launch : launch with { AttachAtStart = first.Streams };
            }
            finally
            {
                await recorded.ConfigureAwait(false);
            }

            await resources.StartAsync(container, launch, leased, started => shim = started).ConfigureAwait(false);
            container.Machine.Started(shim!.Pid, shim.StartedAt);
            await ConnectClientsAsync(container, shim, first).ConfigureAwait(false);
            runs.Begin(container, shim, launch.Spec.Linux?.Seccomp);
            records.SaveLater(container);
            events.PublishNetworks(container, "connect");
            events.PublishVolumes(container, "mount");
            events.Publish(container, "start");
        }
        catch (Exception e)
        {
            throw await UndoAsync(container, shim, e).ConfigureAwait(false);
        }
    }

    private static async Task ConnectClientsAsync(Container container, IShim shim, AttachSession? first)
    {
        foreach (AttachSession client in container.WaitingClients)
        {
            if (client == first && shim.InitialAttach is { } initial)
            {
                client.Connect(initial);
                continue;
            }

            try
            {
                client.Connect(client.Streams is null ? null : await shim.AttachAsync(client.Streams, CancellationToken.None).ConfigureAwait(false));
            }
            catch (ShimLostException)
            {
                client.Connect(null);
            }
        }

        container.WaitingClients.Clear();
    }

    private async Task<Exception> UndoAsync(Container container, IShim? shim, Exception error)
    {
        if (shim is not null)
        {
            await shim.SignalAsync(Signals.Kill, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)shim.Exit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await shim.DisposeAsync().ConfigureAwait(false);
        }

        container.Run = null;
        await resources.ReleaseAsync(container).ConfigureAwait(false);
        QuaiException reported = error switch
        {
            RuntimeStartException start => new RuntimeStartException($"{RuntimePrefix}{start.Message}: unknown", start.ExitCode, start.Errno),
            QuaiException known => known,
            _ => QuaiException.System(error.Message, error),
        };
        int exitCode = error is RuntimeStartException { ExitCode: var code } ? code : 128;
        bool ended = false;
        if (container.State.Status == ContainerStatus.Starting)
        {
            container.Machine.StartFailed(exitCode, reported.Message);
        }
        else
        {
            container.Machine.Ended(new ContainerExit(exitCode, false, time.GetUtcNow()), restarting: false);
            ended = true;
        }

        container.Endpoints = [];
        container.WaitingClients.ForEach(c => c.Connect(null));
        container.WaitingClients.Clear();
        await records.SaveAsync(container).ConfigureAwait(false);
        if (ended)
        {
            container.ReportExit();
        }

        if (container.Spec.AutoRemove && removal.Claim(container))
        {
            await removal.RemoveAsync(container, volumes: true).ConfigureAwait(false);
        }

        return reported;
    }
}
