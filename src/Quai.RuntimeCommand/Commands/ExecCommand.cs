using System.Globalization;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Kernel;
using Quai.Oci.Runtime;
using Quai.Runtime.Plans;
using Quai.Runtime.Specs;

namespace Quai.RuntimeCommand.Commands;

/// <summary><c>exec</c>: a further process in a running container.</summary>
internal static class ExecCommand
{
    public static int Execute(ContainerStore store, string[] arguments)
    {
        Options options = Options.Parse(
            arguments, ["process", "p", "env", "e", "user", "u", "cwd", "console-socket", "pid-file", "additional-gids", "g", "cap", "c", "preserve-fds", "apparmor", "process-label"],
            stopAtPositional: true);
        StoredContainer container = store.Load(options.Id);
        string status = store.StatusOf(container);
        if (status is not "running" and not "created")
        {
            throw QuaiException.Conflict($"cannot exec in a {status} container");
        }

        RuntimeSpec spec = RuntimeSpecReader.ReadSpec(File.ReadAllBytes(Path.Combine(container.Bundle, "config.json")));
        Process process = ProcessOf(options, spec);
        bool detached = options.Has("detach", "d");
        string? consoleSocket = options.Get("console-socket");
        if (process.Terminal && detached && consoleSocket is null)
        {
            throw QuaiException.Invalid("cannot allocate a terminal for a detached process without --console-socket");
        }

        long pidfd = SystemCall.Quick(SystemCallNumber.PidfdOpen, container.Pid, 0);
        if (pidfd < 0)
        {
            throw new LinuxException("pidfd_open", (int)-pidfd, container.Id);
        }

        Console.Relay? relay = process.Terminal ? Console.Relay.Open(consoleSocket) : null;
        PlanWriter plan = SpecCompiler.CompileExec(process, spec.Linux?.Seccomp, container.CgroupsPath, redirectStdio: false);
        (int pid, int child) = RunCommand.Interpret(plan, relay?.ContainerEnd ?? -1, (int)pidfd, startFifo: -1);
        if (options.Get("pid-file") is { } pidFile)
        {
            File.WriteAllText(pidFile, pid.ToString(CultureInfo.InvariantCulture));
        }

        return detached ? 0 : Foreground.Wait(pid, child, relay);
    }

    private static Process ProcessOf(Options options, RuntimeSpec spec)
    {
        if (options.Get("process", "p") is { } file)
        {
            return RuntimeSpecReader.ReadProcess(File.ReadAllBytes(file));
        }

        Process process = spec.Process ?? throw QuaiException.Invalid("the container's config has no process");
        process.Args = [.. options.Positional.Skip(1)];
        if (process.Args.Count == 0)
        {
            throw QuaiException.Invalid("exec needs a program to run");
        }

        process.Terminal = options.Has("tty", "t");
        process.Cwd = options.Get("cwd") ?? process.Cwd;
        process.Env = [.. process.Env ?? [], .. options.All("env", "e")];
        process.NoNewPrivileges |= options.Has("no-new-privs");
        if (options.Get("user", "u") is { } user)
        {
            string[] parts = user.Split(':');
            process.User.Uid = uint.Parse(parts[0], CultureInfo.InvariantCulture);
            process.User.Gid = parts.Length > 1 ? uint.Parse(parts[1], CultureInfo.InvariantCulture) : process.User.Gid;
        }

        foreach (string gid in options.All("additional-gids", "g"))
        {
            (process.User.AdditionalGids ??= []).Add(uint.Parse(gid, CultureInfo.InvariantCulture));
        }

        foreach (string capability in options.All("cap", "c"))
        {
            process.Capabilities ??= new CapabilitySets();
            (process.Capabilities.Bounding ??= []).Add(capability);
            (process.Capabilities.Effective ??= []).Add(capability);
            (process.Capabilities.Permitted ??= []).Add(capability);
        }

        return process;
    }
}
