using System.Text;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;

namespace Quai.RuntimeCommand.Commands;

/// <summary><c>start</c>: starts a created container's program.</summary>
internal static class StartCommand
{
    public static int Execute(ContainerStore store, string[] arguments)
    {
        StoredContainer container = store.Load(Options.Parse(arguments, [], []).OnlyId);
        string status = store.StatusOf(container);
        if (status != "created")
        {
            throw QuaiException.Conflict($"cannot start a container that is {status}");
        }

        Hooks? hooks = Documents.ConfigFile(store.ConfigOf(container.Id)).Hooks;
        StartFifo.Release(store.FifoOf(container.Id), awaitExecution: hooks is not null);
        RunPoststart(store, container, hooks?.Poststart);
        return 0;
    }

    /// <summary>Runs the hooks that follow the program's start. If one fails, the container is stopped.</summary>
    /// <exception cref="QuaiException">One has failed.</exception>
    public static void RunPoststart(ContainerStore store, StoredContainer container, List<Hook>? hooks)
    {
        if (hooks is not { Count: > 0 })
        {
            return;
        }

        try
        {
            HookRunner.Run(hooks, store.StateOf(container));
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            SystemCall.Quick(SystemCallNumber.Kill, container.Pid, ProcessConstants.SIGKILL);
            throw;
        }
    }
}

/// <summary><c>state</c> and <c>list</c>.</summary>
internal static class StateCommand
{
    public static int Execute(ContainerStore store, string[] arguments)
    {
        RuntimeState state = store.StateOf(store.Load(Options.Parse(arguments, [], []).OnlyId));
        StandardStreams.Out(Encoding.UTF8.GetString(state.ToJson(indented: true)));
        return 0;
    }

    public static int List(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(arguments, ["format,f"], ["quiet,q"]).Expect(0);
        string format = options.Format("table", "json");
        if (options.Has("quiet"))
        {
            foreach (StoredContainer container in store.List())
            {
                StandardStreams.Out(container.Id);
            }

            return 0;
        }

        if (format == "json")
        {
            StandardStreams.Out("[" + string.Join(',', store.List().Select(c => Encoding.UTF8.GetString(store.ListingOf(c).ToJson()))) + "]");
            return 0;
        }

        StandardStreams.Out($"{"ID",-24} {"PID",-10} {"STATUS",-10} {"BUNDLE",-40} {"CREATED",-30} OWNER");
        foreach (StoredContainer container in store.List())
        {
            RuntimeState state = store.ListingOf(container);
            StandardStreams.Out($"{state.Id,-24} {state.Pid,-10} {state.Status,-10} {state.Bundle,-40} {RuntimeState.TextOf(container.Created),-30} {state.Owner}");
        }

        return 0;
    }
}

/// <summary><c>kill</c>.</summary>
internal static class KillCommand
{
    public static int Execute(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(arguments, [], ["all,a"]).Expect(2);
        StoredContainer container = store.Load(options.Id);
        int signal = Signals.Parse(options.Positional.Count > 1 ? options.Positional[1] : "TERM");
        if (options.Has("all"))
        {
            foreach (int pid in container.CgroupsPath is { } path ? CgroupTree.Open(path).Processes() : [])
            {
                SystemCall.Quick(SystemCallNumber.Kill, pid, signal);
            }

            return 0;
        }

        if (store.StatusOf(container) == "stopped")
        {
            throw QuaiException.Conflict("container not running");
        }

        long result = SystemCall.Quick(SystemCallNumber.Kill, container.Pid, signal);
        return result < 0 ? throw new LinuxException("kill", (int)-result, container.Id) : 0;
    }
}

/// <summary><c>delete</c>.</summary>
internal static class DeleteCommand
{
    public static int Execute(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(arguments, [], ["force,f"]);
        string id = options.OnlyId;
        bool force = options.Has("force");
        StoredContainer container;
        try
        {
            container = store.Load(id);
        }
        catch (Exception e) when (force && e is QuaiException { Kind: ErrorKind.NotFound or ErrorKind.System } or LinuxException)
        {
            if (Directory.Exists(store.DirectoryOf(id)))
            {
                store.Remove(id);
            }

            return 0;
        }

        string status = store.StatusOf(container);
        if (status is not "stopped" && !force && status != "created")
        {
            throw QuaiException.Conflict($"cannot delete container {id} that is not stopped: {status}");
        }

        if (status != "stopped")
        {
            SystemCall.Quick(SystemCallNumber.Kill, container.Pid, ProcessConstants.SIGKILL);
        }

        RemoveCgroups(container.CgroupsPath);
        IReadOnlyList<Hook> poststop = PoststopHooks(store.ConfigOf(id));
        RuntimeState ended = new() { Id = id, Status = "stopped", Bundle = container.Bundle, Annotations = container.Annotations };
        store.Remove(id);
        HookRunner.TryRun(poststop, ended);
        return 0;
    }

    /// <summary>None if the config is gone: a container can be deleted all the same.</summary>
    private static IReadOnlyList<Hook> PoststopHooks(string config)
    {
        try
        {
            return Documents.ConfigFile(config).Hooks?.Poststop ?? [];
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            return [];
        }
    }

    /// <summary>Kills what is left in a container's groups and removes them.</summary>
    public static void RemoveCgroups(string? path)
    {
        if (path is not null)
        {
            CgroupRemoval.RemoveAsync(path, CancellationToken.None).GetAwaiter().GetResult();
        }
    }
}
