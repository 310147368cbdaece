using Quai.Errors;
using Quai.Linux.Processes;
using Quai.RuntimeCommand.Commands;

namespace Quai.RuntimeCommand;

/// <summary>From the command line to one command.</summary>
internal static class Dispatch
{
    private const string Usage = """
        Usage: quai-runtime [--root DIR] [--log FILE] [--log-format text|json] [--debug] COMMAND [OPTIONS] [ARGUMENTS]

        Runs containers by the OCI runtime specification.

        Commands:
          create    Make a container from a bundle; its program waits to be started
          start     Start a created container's program
          run       Create, start, wait and delete
          state     Print a container's state
          kill      Send a signal to a container's first process
          delete    Remove a container that has stopped
          exec      Run a further process in a container
          ps        List a container's processes
          list      List containers
          pause     Freeze a container
          resume    Let it go on
          update    Change its limits
          events    Print its usage
          spec      Write a template config.json
          features  Print what this runtime can do
        """;

    public static int Run(string[] arguments)
    {
        Options global = Options.Parse(arguments, ["root", "log", "log-format", "criu", "rootless"], ["debug", "systemd-cgroup", "version,v", "help,h"], stopAtPositional: true);
        if (global.Has("version"))
        {
            StandardStreams.Out("quai-runtime version 0.1.0\nspec: 1.2.0");
            return 0;
        }

        if (global.Positional.Count == 0 || global.Has("help"))
        {
            StandardStreams.Out(Usage);
            return 0;
        }

        ErrorReport.Open(global.Get("log"), global.Get("log-format"));
        if (global.Has("systemd-cgroup"))
        {
            throw QuaiException.Invalid("--systemd-cgroup: this runtime makes control groups itself, not through systemd");
        }

        if (global.Get("rootless") is { } rootless and not ("auto" or "false"))
        {
            throw QuaiException.Invalid($"--rootless={rootless}: this runtime runs as root");
        }

        string verb = global.Positional[0];
        string[] rest = [.. global.Positional.Skip(1)];
        if (AsksForHelp(rest))
        {
            StandardStreams.Out(Usage);
            return 0;
        }

        if (verb is "run" or "create" or "exec")
        {
            OwnProgram.Protect();
        }

        Descriptors.CloseOnExecute();
        ContainerStore store = new(global.Get("root") ?? "/run/quai-runtime");
        return verb switch
        {
            "run" => RunCommand.Execute(store, rest, start: true),
            "create" => RunCommand.Execute(store, rest, start: false),
            "start" => StartCommand.Execute(store, rest),
            "state" => StateCommand.Execute(store, rest),
            "list" => StateCommand.List(store, rest),
            "kill" => KillCommand.Execute(store, rest),
            "delete" => DeleteCommand.Execute(store, rest),
            "exec" => ExecCommand.Execute(store, rest),
            "ps" => CgroupCommands.Processes(store, rest),
            "pause" => CgroupCommands.Pause(store, rest),
            "resume" => CgroupCommands.Resume(store, rest),
            "update" => CgroupCommands.Update(store, rest),
            "events" => CgroupCommands.Events(store, rest),
            "spec" => SpecCommand.Execute(rest),
            "features" => FeaturesCommand.Execute(),
            _ => Unknown(verb),
        };
    }

    /// <summary>Whether help is requested among a command's options; what follows a container's id may be a program's own option.</summary>
    private static bool AsksForHelp(string[] arguments) => arguments.TakeWhile(a => a.StartsWith('-') && a != "--").Any(a => a is "--help" or "-help" or "-h");

    /// <summary>Exit code 3 is runc's for an unknown command.</summary>
    private static int Unknown(string verb)
    {
        ErrorReport.Write($"\"{verb}\" is not a command; see quai-runtime --help");
        return 3;
    }
}
