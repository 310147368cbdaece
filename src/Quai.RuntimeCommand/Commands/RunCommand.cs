using System.Globalization;
using System.Runtime.InteropServices;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Cgroups;
using Quai.Plans;
using Quai.Runtime.Shims;
using Quai.Runtime.Specs;

namespace Quai.RuntimeCommand.Commands;

/// <summary><c>run</c> and <c>create</c>: a bundle becomes a container.</summary>
internal static unsafe class RunCommand
{
    public static int Execute(ContainerStore store, string[] arguments, bool start)
    {
        Options options = Options.Parse(
            arguments, ["bundle,b", "console-socket", "pid-file", "preserve-fds"], ["no-new-keyring", "no-subreaper", "no-pivot", .. start ? (string[])["detach,d"] : []]);
        string id = options.OnlyId;
        if (options.Has("no-pivot"))
        {
            throw QuaiException.Invalid("--no-pivot: this runtime has no other way into the root than pivot_root");
        }

        string bundle = Path.GetFullPath(options.Get("bundle") ?? ".");
        RuntimeSpec spec = Documents.Config(bundle);
        spec.Root!.Path = Path.GetFullPath(spec.Root.Path, bundle);
        foreach (Mount mount in spec.Mounts ?? [])
        {
            if (mount.Source is { } source && (mount.Type is "bind" || mount.Options?.Any(o => o is "bind" or "rbind") is true))
            {
                mount.Source = Path.GetFullPath(source, bundle);
            }
        }

        spec.Linux ??= new LinuxSection();
        if (string.IsNullOrEmpty(spec.Linux.CgroupsPath))
        {
            spec.Linux.CgroupsPath = "/quai-runtime/" + id;
        }
        else if (!spec.Linux.CgroupsPath.StartsWith('/'))
        {
            spec.Linux.CgroupsPath = "/" + spec.Linux.CgroupsPath.Replace(":", "/", StringComparison.Ordinal).TrimStart('/');
        }

        SpecRules.Check(spec);
        CapabilityWarning.Report(spec.Process);
        store.CheckFree(id);
        CheckUnused(spec.Linux.CgroupsPath);
        bool detached = !start || options.Has("detach");
        bool terminal = spec.Process?.Terminal is true;
        string? consoleSocket = options.Get("console-socket");
        if (terminal && detached && consoleSocket is null)
        {
            throw QuaiException.Invalid("cannot allocate a terminal for a detached container without --console-socket");
        }

        store.Reserve(id);
        File.Copy(Path.Combine(bundle, "config.json"), store.ConfigOf(id));
        bool kept = false, cgroups = true;
        try
        {
            Hooks? hooks = spec.Hooks;
            bool waits = !start || hooks?.Poststart is { Count: > 0 };
            using FileDescriptor? fifo = waits ? StartFifo.Make(store.FifoOf(id)) : null;
            Console.Relay? relay = terminal ? Console.Relay.Open(consoleSocket) : null;
            PlanWriter plan = SpecCompiler.Compile(spec, new SpecCompiler.Settings { DieWithParent = !detached, RedirectStdio = false, AwaitStart = waits, Preserved = options.PreservedDescriptors, Identity = new ContainerIdentity(id, bundle, spec.Annotations) });
            (int pid, int pidfd) = Interpret(plan, relay?.ContainerEnd ?? -1, containerPidfd: -1, fifo?.Number ?? -1);
            fifo?.Dispose();
            if (options.Get("pid-file") is { } pidFile)
            {
                File.WriteAllText(pidFile, pid.ToString(CultureInfo.InvariantCulture));
            }

            StoredContainer container = new()
            {
                Id = id, Pid = pid, ProcessStart = ContainerStore.StartTimeOf(pid), Bundle = bundle, CgroupsPath = spec.Linux.CgroupsPath,
                Rootfs = spec.Root.Path, OwnPidNamespace = spec.Linux.Namespaces?.Any(n => n.Type == "pid") is true, Created = DateTimeOffset.UtcNow, Annotations = spec.Annotations,
            };
            store.Save(container);
            if (start && waits)
            {
                StartFifo.Release(store.FifoOf(id), awaitExecution: true);
                StartCommand.RunPoststart(store, container, hooks?.Poststart);
            }

            if (detached)
            {
                kept = true;
                return 0;
            }

            int code = Foreground.Wait(pid, pidfd, relay);
            DeleteCommand.RemoveCgroups(spec.Linux.CgroupsPath);
            cgroups = false;
            return code;
        }
        finally
        {
            if (!kept)
            {
                if (cgroups)
                {
                    DeleteCommand.RemoveCgroups(spec.Linux.CgroupsPath);
                }

                store.Remove(id);
                HookRunner.TryRun(spec.Hooks?.Poststop ?? [], new RuntimeState { Id = id, Status = "stopped", Bundle = bundle, Annotations = spec.Annotations });
            }
        }
    }

    /// <summary>The group must be the container's own: anything else in it would end with the container.</summary>
    private static void CheckUnused(string path)
    {
        foreach (CgroupHierarchy hierarchy in CgroupTree.Hierarchies)
        {
            int count = CgroupFiles.Processes(hierarchy.MountPoint + path + "/cgroup.procs").Count;
            if (count > 0)
            {
                throw QuaiException.Conflict($"container's cgroup is not empty: {count} process(es) found in {hierarchy.MountPoint}{path}");
            }
        }
    }

    /// <summary>Clones, and runs a plan in the child.</summary>
    /// <returns>Once the program has been executed, or waits at its fifo if one is given.</returns>
    /// <exception cref="Quai.Runtime.RuntimeStartException">A step failed.</exception>
    public static (int Pid, int Pidfd) Interpret(PlanWriter plan, int consoleFd, int containerPidfd, int startFifo)
    {
        byte[] block = plan.ToBlock();
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)block.Length, 16);
        block.CopyTo(new Span<byte>(memory, block.Length));
        PlanInterpreter.Relocate(memory, block.Length);
        long* slots = stackalloc long[PlanSlot.Count];
        new Span<long>(slots, PlanSlot.Count).Clear();
        slots[PlanSlot.ConsoleSocket] = consoleFd;
        slots[PlanSlot.ContainerPidfd] = containerPidfd;
        slots[PlanSlot.StartFifo] = startFifo;
        PlanInterpreter.Outcome outcome = PlanInterpreter.Start(memory, slots, waitForExecution: startFifo < 0, OwnProgram.Image);
        NativeMemory.AlignedFree(memory);
        return outcome.Errno == 0
            ? (outcome.Pid, outcome.Pidfd)
            : throw StartFailure.Of(plan.Describe(outcome.FailedStep), outcome.Errno, System.Text.Encoding.UTF8.GetString(outcome.Text, outcome.TextLength));
    }
}
