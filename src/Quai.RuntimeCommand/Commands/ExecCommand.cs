using System.Globalization;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Plans;
using Quai.Runtime.Specs;

namespace Quai.RuntimeCommand.Commands;

/// <summary><c>exec</c>: a further process in a running container.</summary>
internal static class ExecCommand
{
    /// <summary>What runc's callers interpret as "the process could not be started", as every code below may be the program's own.</summary>
    private const int NotStarted = 255;

    public static int Execute(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(
            arguments,
            ["process,p", "env,e", "user,u", "cwd", "console-socket", "pid-file", "additional-gids,g", "cap,c", "preserve-fds", "apparmor", "process-label"],
            ["tty,t", "detach,d", "no-new-privs", "ignore-paused"],
            stopAtPositional: true);
        string id = options.Id;
        try
        {
            return Start(store, id, options);
        }
        catch (Exception e) when (e is QuaiException or LinuxException)
        {
            ErrorReport.Write("exec failed: " + e.Message);
            return NotStarted;
        }
    }

    private static int Start(ContainerStore store, string id, Options options)
    {
        StoredContainer container = store.Load(id);
        // First hold the process, then check whether it is the container's: from then on its pid cannot be reused.
        long pidfd = SystemCall.Quick(SystemCallNumber.PidfdOpen, container.Pid, 0);
        string status = store.StatusOf(container);
        if (status is not "running" and not "created" && !(status == "paused" && options.Has("ignore-paused")))
        {
            throw QuaiException.Conflict($"cannot exec in a {status} container");
        }

        if (pidfd < 0)
        {
            throw new LinuxException("pidfd_open", (int)-pidfd, container.Id);
        }

        RuntimeSpec spec = Documents.ConfigFile(store.ConfigOf(id));
        Process process = ProcessOf(options, spec);
        SpecRules.Check(process);
        CapabilityWarning.Report(process);
        bool detached = options.Has("detach");
        string? consoleSocket = options.Get("console-socket");
        if (process.Terminal && detached && consoleSocket is null)
        {
            throw QuaiException.Invalid("cannot allocate a terminal for a detached process without --console-socket");
        }

        Console.Relay? relay = process.Terminal ? Console.Relay.Open(consoleSocket) : null;
        PlanWriter plan = SpecCompiler.CompileExec(process, spec.Linux?.Seccomp, container.CgroupsPath, redirectStdio: false, AlsoJoined(spec), options.PreservedDescriptors,
            identity: new ContainerIdentity(container.Id, container.Bundle, container.Annotations));
        (int pid, int child) = RunCommand.Interpret(plan, relay?.ContainerEnd ?? -1, (int)pidfd, startFifo: -1);
        if (options.Get("pid-file") is { } pidFile)
        {
            File.WriteAllText(pidFile, pid.ToString(CultureInfo.InvariantCulture));
        }

        return detached ? 0 : Foreground.Wait(pid, child, relay);
    }

    /// <summary>Namespaces that only some containers have to themselves: being outside them would mean being outside the container.</summary>
    private static ulong AlsoJoined(RuntimeSpec spec)
    {
        ulong joined = 0;
        foreach (LinuxNamespace ns in spec.Linux?.Namespaces ?? [])
        {
            joined |= ns.Type switch { "user" => CloneFlags.CLONE_NEWUSER, "time" => CloneFlags.CLONE_NEWTIME, _ => 0 };
        }

        return joined;
    }

    private static Process ProcessOf(Options options, RuntimeSpec spec)
    {
        if (options.Get("process") is { } file)
        {
            return Documents.Process(file);
        }

        Process process = spec.Process ?? throw QuaiException.Invalid("the container's config has no process");
        process.Args = [.. options.Positional.Skip(1)];
        if (process.Args.Count == 0)
        {
            throw QuaiException.Invalid("process args cannot be empty");
        }

        process.Terminal = options.Has("tty");
        process.Cwd = options.Get("cwd") ?? process.Cwd;
        process.Env = [.. process.Env ?? [], .. options.All("env")];
        process.NoNewPrivileges |= options.Has("no-new-privs");
        process.ApparmorProfile = options.Get("apparmor") ?? process.ApparmorProfile;
        process.SelinuxLabel = options.Get("process-label") ?? process.SelinuxLabel;
        if (options.Get("user") is { } user)
        {
            string[] parts = user.Split(':');
            process.User.Uid = Options.NumberOf<uint>("user", parts[0]);
            process.User.Gid = parts.Length > 1 ? Options.NumberOf<uint>("user", parts[1]) : process.User.Gid;
        }

        foreach (string gid in options.All("additional-gids"))
        {
            (process.User.AdditionalGids ??= []).Add(Options.NumberOf<uint>("additional-gids", gid));
        }

        foreach (string capability in options.All("cap"))
        {
            process.Capabilities ??= new CapabilitySets();
            (process.Capabilities.Bounding ??= []).Add(capability);
            (process.Capabilities.Effective ??= []).Add(capability);
            (process.Capabilities.Permitted ??= []).Add(capability);
        }

        return process;
    }
}
