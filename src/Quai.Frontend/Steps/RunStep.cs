using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Instructions.Mounts;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Graph;
using Quai.Frontend.Stages;
using PbMount = Quai.BuildProtocol.Llb.Mount;

namespace Quai.Frontend.Steps;

/// <summary>Compiles RUN.</summary>
/// <param name="stage">The stage's compiler.</param>
/// <param name="run">The instruction.</param>
/// <param name="command">The instruction with what it takes files from.</param>
internal sealed class RunStep(StageCompiler stage, RunInstruction run, StageCommand command)
{
    private const string Pipes = "/dev/pipes";
    private const int Executable = 0x1ed; // 0755

    private readonly InputList _inputs = new();
    private readonly ExecOp _exec = new() { Meta = new Meta() };
    private string _shown = run.Text;

    /// <summary>Compiles it.</summary>
    public void Compile()
    {
        StageState state = stage.State;
        Compilation compilation = stage.Compilation;
        _exec.Mounts.Add(new PbMount { Input = _inputs.Add(state.Files), Dest = "/", Output = 0 });
        List<string> words = Words();
        HashSet<string> secrets = new RunMounts(stage, run, command, _inputs, _exec).Add();
        if (compilation.Options.SharedMemory > 0)
        {
            _exec.Mounts.Add(new PbMount { Input = -1, Dest = "/dev/shm", Output = -1, MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt { Size = compilation.Options.SharedMemory } });
        }

        Meta meta = _exec.Meta;
        meta.Args.Add(words);
        meta.Env.Add(state.Variables.Pairs());
        meta.Cwd = state.Directory;
        meta.User = state.User;
        meta.Hostname = compilation.Options.HostName;
        meta.CgroupParent = compilation.Options.CgroupParent;
        meta.ExtraHosts.Add(compilation.Options.Hosts);
        meta.Ulimit.Add(compilation.Options.Limits);
        meta.ProxyEnv = compilation.Options.Proxy;
        meta.RemoveMountStubsRecursive = true;
        _exec.Network = run.Network switch
        {
            "none" => NetMode.None,
            "host" => NetMode.Host,
            // What the build was asked for: an image's author does not get a network that its builder refuses.
            _ => compilation.Options.Network,
        };
        _exec.UserNetwork = run.Network is not ("none" or "host") && _exec.Network == NetMode.Unset ? compilation.Options.UserNetwork : "";
        _exec.Security = run.Security == "insecure" ? SecurityMode.Insecure : SecurityMode.Sandbox;
        _exec.CdiDevices.Add(run.Devices.Select(d => new CDIDevice { Name = d.Name, Optional = !d.IsRequired }));

        string name = StepNames.Shown(compilation, _shown, n => secrets.Contains(n) ? "****" : state.Variables.Find(n), isRun: true);
        var op = new Op { Exec = _exec, Platform = Platforms.Message(stage.Platform) };
        Vertex vertex = Vertex.Named(op, _inputs.All, StepNames.Next(compilation, state, name, stage.Platform, command), run.Lines);
        vertex.Metadata.Description["com.docker.dockerfile.v1.command"] = run.Text;
        vertex.Metadata.IgnoreCache = state.IsWithoutCache;
        state.Files = vertex.First;
        History.AddLayer(compilation, state, "RUN " + string.Join(' ', [.. Arguments(), .. words]));
    }

    /// <summary>What runs. A here-document that is all there is runs itself: as a script with its own interpreter, or as the shell's text.</summary>
    private List<string> Words()
    {
        IReadOnlyList<string> words = run.Program.Words;
        IReadOnlyList<HereDocument> documents = run.Program.Documents;
        if (documents.Count == 0)
        {
            return stage.WithShell(words, run.Program.IsShell);
        }

        if (!IsDocumentAlone(words[0], documents[0]))
        {
            return stage.WithShell([string.Concat([words[0], .. documents.Select(d => $"\n{d.Content}{d.Name}")])], isShell: true);
        }

        HereDocument script = documents[0];
        _shown += $" ({Summary(script.Content)})";
        if (!script.Content.StartsWith("#!", StringComparison.Ordinal))
        {
            return stage.WithShell([script.Content], isShell: true);
        }

        Vertex file = Document(stage, script.Name, script.Content, Executable);
        _exec.Mounts.Add(new PbMount { Input = _inputs.Add(file.First), Selector = "/", Dest = Pipes, Output = -1, Readonly = true });
        return [$"{Pipes}/{script.Name}"];
    }

    /// <summary>A step that makes a file of a here-document.</summary>
    public static Vertex Document(StageCompiler stage, string name, string content, int mode)
    {
        var file = new FileActionMkFile { Path = "/" + name.TrimStart('/'), Mode = mode, Data = ByteString.CopyFromUtf8(content), Timestamp = -1 };
        var op = new Op { File = new FileOp { Actions = { new FileAction { Input = -1, SecondaryInput = -1, Output = 0, Mkfile = file } } }, Platform = Platforms.Message(stage.Platform) };
        return Vertex.Named(op, [], "[internal] preparing inline document");
    }

    private static bool IsDocumentAlone(string line, HereDocument document)
    {
        string text = line.Trim();
        return text.StartsWith("<<", StringComparison.Ordinal) && !text.AsSpan().ContainsAny(" \t") && text.TrimStart('<', '-').Trim('"', '\'') == document.Name;
    }

    private static string Summary(string text)
    {
        string trimmed = text.Trim();
        int end = trimmed.IndexOf('\n');
        return end < 0 ? trimmed : trimmed[..end].TrimEnd('\r') + "...";
    }

    /// <summary>The arguments as histories have them: <c>|1 NAME=value</c>.</summary>
    private List<string> Arguments()
    {
        List<string> names = [.. stage.State.Arguments.Select(a => a.Key).Distinct(StringComparer.Ordinal)];
        return names.Count == 0 ? []
            : [$"|{names.Count}", .. names.Select(n => $"{n}={stage.State.Variables.Find(n) ?? stage.State.Arguments.Last(a => a.Key == n).Value}")];
    }
}
