using System.Buffers;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Create;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Streams;
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
        HttpTransport engine = session.Engine.Transport;
        bool tty = _tty.Value;
        bool input = _interactive.Value && !_detach.Value;
        string container = Query.Segment(arguments[0]);
        byte[] keys = DetachKeys.Parse(_detachKeys.Value);
        if (tty && input && !Input.IsTerminal)
        {
            engine.Get($"/containers/{container}/json");
            throw new ExitException(1, "the input device is not a TTY");
        }

        string id = engine.Post($"/containers/{container}/exec", Body(arguments, input)).Text("Id");
        if (_detach.Value)
        {
            engine.Send("POST", $"/exec/{id}/start", Json(json =>
            {
                json.WriteBoolean("Detach", true);
                json.WriteBoolean("Tty", tty);
            })).Dispose();
            return 0;
        }

        Connection connection = engine.StartHijack($"/exec/{id}/start", Json(json =>
        {
            json.WriteBoolean("Detach", false);
            json.WriteBoolean("Tty", tty);
            WriteSize(json, tty);
        })).UpgradeAsync().Await();
        using (connection)
        {
            var stream = new AttachedStream(session, connection, tty, input, output: true, error: true, keys);
            stream.Start();
            using SignalForwarding? size = tty && session.Out.IsTerminal ? SignalForwarding.OfTerminalSize(engine, $"/exec/{id}/resize", now: false) : null;
            stream.Run();
            if (stream.Detached)
            {
                throw new ExitException(1, "read escape sequence");
            }
        }

        return (int)engine.Get($"/exec/{id}/json").Number("ExitCode");
    }

    private static ReadOnlySpan<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }

    private static void WriteSize(Utf8JsonWriter json, bool tty)
    {
        (ushort rows, ushort columns) = tty ? Terminal.GetSize(1) : default;
        if (rows > 0)
        {
            json.WriteStartArray("ConsoleSize");
            json.WriteNumberValue(rows);
            json.WriteNumberValue(columns);
            json.WriteEndArray();
        }
    }

    private ReadOnlySpan<byte> Body(List<string> arguments, bool input) => Json(json =>
    {
        json.WriteString("User", _user.Value);
        json.WriteBoolean("Privileged", _privileged.Value);
        json.WriteBoolean("Tty", _tty.Value);
        json.WriteBoolean("AttachStdin", input);
        json.WriteBoolean("AttachStdout", !_detach.Value);
        json.WriteBoolean("AttachStderr", !_detach.Value);
        json.WriteBoolean("Detach", _detach.Value);
        json.WriteString("DetachKeys", _detachKeys.Value);
        WriteSize(json, _tty.Value);
        CreateRequest.Texts(json, "Env", [.. _envFile.Values.SelectMany(f => VariableFile.Read(f, Environment.GetEnvironmentVariable)), .. _env.Values]);
        json.WriteString("WorkingDir", _workdir.Value);
        CreateRequest.Texts(json, "Cmd", arguments[1..]);
    });
}
