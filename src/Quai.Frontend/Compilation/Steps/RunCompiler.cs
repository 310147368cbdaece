using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;
using Quai.Frontend.Compilation.Settings;
using Quai.Frontend.Graphs;
using Quai.Frontend.Requests;

namespace Quai.Frontend.Compilation.Steps;

/// <summary>Compiles RUN.</summary>
/// <param name="scope">The build.</param>
internal sealed class RunCompiler(BuildScope scope)
{
    private const string PipeDirectory = "/dev/pipes/";
    private const int ScriptMode = 0x1ed; // 0755
    private const int SummaryLength = 10;

    private readonly MountCompiler _mounts = new(scope);

    /// <summary>Compiles it.</summary>
    public void Compile(StageState stage, RunInstruction run)
    {
        List<(Files?, Mount)> mounts = [];
        string shown = run.Text;
        CommandLine line = WithDocuments(stage, run, mounts, ref shown);
        List<string> arguments = SettingCompiler.Arguments(stage, line);
        RunSettings settings = scope.Request.Run;
        var exec = new ExecOp
        {
            Meta = new Meta { Cwd = stage.Directory, User = stage.User, CgroupParent = settings.CgroupParent, Hostname = settings.HostName, ProxyEnv = settings.Proxy?.Clone() },
            Network = run.Network switch { "none" => NetMode.None, "host" => NetMode.Host, _ => settings.Network },
            Security = run.Security == "insecure" ? SecurityMode.Insecure : SecurityMode.Sandbox,
        };
        exec.Meta.Args.AddRange(arguments);
        exec.Meta.Env.AddRange(stage.Variables.Select(v => $"{v.Key}={v.Value}"));
        exec.Meta.ExtraHosts.AddRange(settings.Hosts);
        exec.Meta.Ulimit.AddRange(settings.Limits);
        mounts.AddRange(_mounts.Compile(stage, run, exec));
        stage.Paths.Add("/");
        stage.Files = new Files(new ExecStep(stage.Files, exec, mounts)
        {
            Name = scope.Title(stage, scope.Shown(shown, stage, keepsQuotes: true)),
            Command = run.Text,
            Lines = run.Lines,
            IgnoresCache = stage.IgnoresCache,
            Platform = stage.Platform,
        });
        History.AddStep(stage, scope, "RUN " + string.Join(' ', (string[])[.. Variables(stage), .. arguments]));
    }

    /// <summary>The variables of ARG, as the history has them: how many there are and each with its value.</summary>
    private static List<string> Variables(StageState stage)
    {
        OrderedDictionary<string, string> values = new(StringComparer.Ordinal);
        foreach ((string name, string? value) in stage.Arguments)
        {
            values[name] = stage.Variables.GetValueOrDefault(name) ?? value ?? "";
        }

        return values.Count == 0 ? [] : [$"|{values.Count}", .. values.Select(v => $"{v.Key}={v.Value}")];
    }

    private static CommandLine WithDocuments(StageState stage, RunInstruction run, List<(Files?, Mount)> mounts, ref string shown)
    {
        CommandLine line = run.Line;
        if (line.HereDocuments.Count == 0)
        {
            return line;
        }

        HereDocument first = line.HereDocuments[0];
        if (HereDocumentMarks.Read(line.Arguments[0]) is null)
        {
            // The shell reads them.
            return line with { Arguments = [line.Arguments[0] + string.Concat(line.HereDocuments.Select(d => $"\n{d.Content}{d.Name}"))] };
        }

        shown += $" ({Summary(first.Content)})";
        if (!first.Content.StartsWith("#!", StringComparison.Ordinal))
        {
            return line with { Arguments = [first.Content] };
        }

        var script = new FileStep(null) { Name = "[internal] preparing inline document", Platform = stage.Platform };
        script.MakeFile(new FileActionMkFile { Path = "/" + first.Name, Mode = ScriptMode, Data = ByteString.CopyFromUtf8(first.Content), Timestamp = -1 });
        mounts.Add((new Files(script), new Mount { Dest = PipeDirectory, Output = -1, Readonly = true }));
        return line with { Arguments = [PipeDirectory + first.Name] };
    }

    private static string Summary(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string head = lines.Length > 0 ? lines[0] : "";
        return lines.Length > 1 || head.Length > SummaryLength ? head[..Math.Min(head.Length, SummaryLength)] + "..." : head;
    }
}
