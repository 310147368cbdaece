using Microsoft.Extensions.Logging;
using Quai.Engine.Builds;
using Quai.Engine.Containers;
using Quai.Engine.Containers.Files;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Lifecycle;
using Quai.Engine.Containers.Networking;
using Quai.Engine.Containers.Recovering;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Runs;
using Quai.Engine.Containers.State;
using Quai.Engine.Containers.Streams;
using Quai.Engine.Containers.Succession;
using Quai.Engine.Containers.Views;
using Quai.Engine.Events;
using Quai.Engine.Execs;
using Quai.Engine.Security;
using Quai.Metadata;
using Quai.Runtime;

namespace Quai.Engine;

/// <summary>The engine's parts, put together in dependency order: none knows a later one.</summary>
internal sealed record EngineParts(ContainerOperations Containers, ExecService Execs, ContainerRecovery Recovery, ContainerShutdown Shutdown, StepRunner Steps)
{
    /// <summary>Puts an engine together; nothing is started yet.</summary>
    public static EngineParts Compose(
        EngineOptions options, EnginePaths paths, MetadataDatabase database, EngineStores stores, IContainerRuntime runtime, EventHub hub, AppArmor appArmor, TimeProvider time, ILoggerFactory loggers)
    {
        // Shared by all.
        var registry = new ContainerRegistry();
        var background = new Background(loggers.CreateLogger<Engine>());
        var lifetime = new EngineLifetime();
        var links = new ContainerLinks(registry, stores.Networks);
        var records = new ContainerRecords(database, background);
        var events = new ContainerEvents(hub, stores.Networks);
        var storage = new ContainerStorage(stores.Images, stores.Volumes, paths);
        var launcher = new Launcher(options, paths, stores.Images, stores.Networks, stores.Volumes, registry, appArmor);
        var execs = new ExecService(registry, launcher, hub, time, loggers.CreateLogger<ExecService>());

        // Runs.
        var restarts = new RestartWaits(records, time);
        var freezer = new ContainerFreezer(records, events);
        var stopper = new ContainerStopper(records, events, freezer, restarts, time);
        var runs = new ContainerRuns(launcher, execs, hub, new UnhealthyRuns(stopper, background), time);
        var endpoints = new ContainerEndpoints(stores.Networks, registry);
        var resolution = new NameResolution(options, stores.Networks, links, launcher.Files);
        var resources = new RunResources(runtime, endpoints, resolution, launcher, paths, time, background);
        var removal = new ContainerRemoval(registry, records, storage, execs, events, background);
        var starter = new ContainerStarter(launcher, resources, runs, records, events, removal, time);
        var exits = new ContainerExits(resources, runs, records, events, removal, lifetime);
        var supervisor = new ContainerSupervisor(starter, exits, resources, new MemoryNotices(records, events, lifetime), restarts, lifetime, background);

        // Operations.
        var disconnect = new DisconnectContainer(registry, stores.Networks, launcher.Files, records, events);
        new LostAddresses(registry, disconnect, background).Watch(stores.Networks);
        var start = new StartContainer(registry, supervisor, lifetime);
        var remove = new RemoveContainer(registry, stopper, removal);
        var sizes = new ContainerSizes(stores.Images);
        var networks = new NetworkView(stores.Networks, links);
        var logs = new ContainerLogs(registry, paths, time);
        var views = new ContainerViews(stores.Images, stores.Volumes, launcher.Files, paths);
        var containers = new ContainerOperations
        {
            Registry = registry,
            Create = new CreateContainer(new CreateRequestReader(options, registry, stores.Images, stores.Networks, appArmor), registry, records, storage, events, time),
            Start = start,
            StartBeside = new StartBeside(registry, records, start),
            Succeed = new SucceedContainer(registry, endpoints, resolution, records, events),
            Stop = new StopContainer(registry, stopper, events),
            Restart = new RestartContainer(registry, stopper, supervisor, events),
            Kill = new KillContainer(registry, stopper, restarts, events),
            Pause = new PauseContainer(registry, freezer),
            Unpause = new UnpauseContainer(registry, freezer),
            Rename = new RenameContainer(registry, resolution, records, events),
            Remove = remove,
            RemoveLink = new RemoveLink(registry, links, launcher.Files, records),
            Prune = new PruneContainers(registry, sizes, remove, events, time),
            Update = new UpdateContainer(registry, endpoints, records, events),
            Wait = new WaitContainer(registry),
            Connect = new ConnectContainer(registry, stores.Networks, endpoints, resolution, launcher.Files, records, events),
            Disconnect = disconnect,
            Inspect = new InspectContainer(registry, launcher, paths, execs, stores.Images, sizes, networks),
            List = new ListContainers(registry, stores.Images, sizes, networks, time),
            Top = new TopContainer(registry, events),
            Statistics = new ContainerStatistics(registry, time),
            Changes = new ContainerChanges(registry, stores.Images, paths),
            Logs = logs,
            Attach = new AttachContainer(registry, logs, events, background),
            Resize = new ResizeContainer(registry, events),
            Stat = new StatPath(registry, views),
            Archive = new ArchivePath(registry, views, events),
            Extract = new ExtractArchive(registry, views, events),
            Export = new ExportContainer(registry, views, events),
            Commit = new CommitContainer(registry, stores.Images, freezer, records, events),
        };

        // Beginning and end.
        var reattachment = new Reattachment(runtime, runs, stores.Networks, resolution, launcher, paths, time);
        var sweep = new LeftoverSweep(options, paths, registry, launcher, runtime, stores);
        var recovery = new ContainerRecovery(registry, records, reattachment, sweep, new PolicyStarts(supervisor, lifetime, background, time), removal, events);
        return new EngineParts(containers, execs, recovery, new ContainerShutdown(options, registry, stopper, lifetime, background), new StepRunner(options, paths, stores.Networks, resolution, runtime, appArmor, launcher.SeccompProfile));
    }
}
