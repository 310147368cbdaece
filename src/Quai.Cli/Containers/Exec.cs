using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Linux.Terminals;

namespace Quai.Cli.Containers;

/// <summary><c>quai exec</c>: runs one more program in a running container.</summary>
internal sealed class Exec : Command
{
    private readonly Flag<bool> _detach;
    private readonly Flag<string> _detachKeys;
    private readonly ListFlag<string> _env;
    private readonly ListFlag<string> _envFile;
    private readonly Flag<bool> _interactive;
    private readonly Flag<bool> _privileged;
    private readonly Flag<bool> _tty;
    private readonly Flag<string> _user;
    private readonly Flag<string> _workdir;

    public Exec(string path)
        : base(path)
    {
        _detach = Flags.Bool("detach", 'd', "Run in the background");
        _detachKeys = Flags.String("detach-keys", '\0', "Keys that leave the program");
        _env = Flags.List("env", 'e', "Set environment variables", Validation.Environment);
        _envFile = Flags.List("env-file", '\0', "Read environment variables from a file");
        _interactive = Flags.Bool("interactive", 'i', "Keep STDIN open even if not attached");
        _privileged = Flags.Bool("privileged", '\0', "Give the program all privileges");
        _tty = Flags.Bool("tty", 't', "Allocate a terminal");
        _user = Flags.String("user", 'u', "User name or UID (<name|uid>[:<group|gid>])");
        _workdir = Flags.String("workdir", 'w', "Folder that the program starts in");
    }

    public override string Usage => "[OPTIONS] CONTAINER COMMAND [ARG...]";

    public override string Summary => "Execute a command in a running container";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(2);

    public override bool OptionsEndAtFirstArgument => true;

    public override int Execute(Session session, List<string> arguments)
    {
        EngineClient engine = session.Engine;
        bool tty = _tty.Value;
        bool input = _interactive.Value && !_detach.Value;
        string container = arguments[0];
        byte[] keys = DetachKeys.Parse(_detachKeys.Value);
        if (tty && input && !Input.IsTerminal)
        {
            engine.Containers.OutlineAsync(container).Await();
            throw new ExitException(1, "the input device is not a TTY");
        }

        string id = engine.Execs.CreateAsync(container, Request(arguments[1..], input)).Await().Id;
        if (_detach.Value)
        {
            engine.Execs.StartAsync(id, new ExecStartRequest { Detach = true, Tty = tty }).Await();
            return 0;
        }

        Connection connection = engine.Execs.AttachAsync(id, new ExecStartRequest { Tty = tty, ConsoleSize = Size() }).Await();
        using (connection)
        {
            var stream = new AttachedStream(session, connection, tty, input, output: true, error: true, keys);
            stream.Start();
            using SignalForwarding? size = tty && session.Out.IsTerminal ? SignalForwarding.OfTerminalSize((rows, columns) => engine.Execs.ResizeAsync(id, rows, columns), now: false) : null;
            stream.Run();
            if (stream.Detached)
            {
                throw new ExitException(1, "read escape sequence");
            }
        }

        return engine.Execs.InspectAsync(id).Await().ExitCode ?? 0;
    }

    private uint[]? Size()
    {
        (ushort rows, ushort columns) = _tty.Value ? Terminal.GetSize(1) : default;
        return rows > 0 ? [rows, columns] : null;
    }

    private ExecCreateRequest Request(List<string> command, bool input)
    {
        List<string> variables = [.. _envFile.Values.SelectMany(f => VariableFile.Read(f, Environment.GetEnvironmentVariable)), .. _env.Values];
        return new ExecCreateRequest
        {
            User = _user.Value,
            Privileged = _privileged.Value,
            Tty = _tty.Value,
            AttachStdin = input,
            AttachStdout = !_detach.Value,
            AttachStderr = !_detach.Value,
            DetachKeys = _detachKeys.Value,
            ConsoleSize = Size(),
            Env = variables.Count > 0 ? variables : null,
            WorkingDir = _workdir.Value,
            Cmd = command,
        };
    }
}
