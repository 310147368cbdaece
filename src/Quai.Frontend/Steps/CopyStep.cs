using System.Text;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Addresses;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;
using Quai.Frontend.Checks;
using Quai.Frontend.Graph;
using Quai.Frontend.Stages;
using Quai.Oci.Images;

namespace Quai.Frontend.Steps;

/// <summary>Compiles COPY and ADD.</summary>
/// <param name="stage">The stage's compiler.</param>
/// <param name="copy">The instruction.</param>
/// <param name="command">The instruction with what it takes files from.</param>
internal sealed class CopyStep(StageCompiler stage, CopyInstruction copy, StageCommand command)
{
    private const int FileMode = 0x1a4; // 0644

    private readonly InputList _inputs = new();
    private readonly List<FileActionCopy> _copies = [];
    private readonly List<int> _from = [];
    private readonly string _destination = Destination(stage, copy);
    private readonly string _owner = stage.Expand(copy.Owner, copy.Lines), _mode = stage.Expand(copy.Mode, copy.Lines), _checksum = stage.Expand(copy.Checksum, copy.Lines);
    private readonly string[] _sources = [.. copy.Sources.Select(s => stage.Expand(s, copy.Lines))];
    private readonly string[] _exclude = [.. copy.Exclude.Select(e => stage.Expand(e, copy.Lines))];
    private string _name = "";

    /// <summary>Compiles it.</summary>
    public void Compile()
    {
        Check();
        StageState state = stage.State;
        string shown = StepNames.Shown(stage.Compilation, copy.Text, state.Variables.Find, isRun: false);
        _name = StepNames.Next(stage.Compilation, state, shown, stage.Platform, command);

        // A linked copy does not see the files before it.
        Output? onto = copy.IsLinked && _mode.Length == 0 ? null : state.Files;
        int input = _inputs.Add(onto);
        foreach (string source in _sources)
        {
            Add(source);
        }

        foreach (HereDocument document in copy.Documents)
        {
            string content = document.Expands ? stage.ExpandDocument(document.Content, copy.Lines) : document.Content;
            Vertex file = RunStep.Document(stage, document.Name, content, FileMode);
            Add(file.First, new FileActionCopy { Src = "/" + document.Name.TrimStart('/') });
        }

        Vertex vertex = Vertex.Named(new Op { File = Actions(input), Platform = Platforms.Message(stage.Platform) }, _inputs.All, _name, copy.Lines);
        vertex.Metadata.IgnoreCache = state.IsWithoutCache;
        state.Files = copy.IsLinked && _mode.Length == 0 && state.Files is { } below ? Merged(below, vertex, shown) : vertex.First;
        History.AddLayer(stage.Compilation, state, Written());
    }

    private static string Destination(StageCompiler stage, CopyInstruction copy)
    {
        string given = stage.Expand(copy.Destination, copy.Lines);
        string path = WorkdirStep.Resolve(stage.State.Directory, given);
        return path != "/" && (given is "" or "." || given.EndsWith('/') || given.EndsWith("/.", StringComparison.Ordinal)) ? path + "/" : path;
    }

    private void Check()
    {
        ModeText.Check(_mode);
        if (_checksum.Length > 0)
        {
            string? problem = _sources.Length != 1 ? "checksum can't be specified for multiple sources"
                : !IsHttp(_sources[0]) && GitAddress.Find(_sources[0]) is null ? "checksum requires HTTP(S) or Git sources"
                : null;
            if (problem is not null)
            {
                throw QuaiException.Invalid(problem);
            }
        }

        if (command.Sources is [{ IsDone: false }])
        {
            throw QuaiException.Invalid($"cannot copy from stage {GoText.Quote(copy.From)}, it needs to be defined before current stage {GoText.Quote(stage.State.DisplayName)}");
        }
    }

    private static bool IsHttp(string source) => source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);

    private void Add(string source)
    {
        if (GitAddress.Find(source) is { } git)
        {
            Vertex repository = copy.IsAdd ? Sources.Git(git, copy.KeepsGitDirectory ?? false, _checksum, _name, copy.Lines) : throw QuaiException.Invalid("source can't be a git ref for COPY");
            Add(repository.First, new FileActionCopy { Src = "/", DirCopyContents = true });
        }
        else if (IsHttp(source))
        {
            string file = Uri.TryCreate(source, UriKind.Absolute, out Uri? address) && SlashPaths.Base(address.AbsolutePath) is var last && last is not ("/" or ".") ? Uri.UnescapeDataString(last) : "__unnamed__";
            string checksum = _checksum.Length > 0 ? Digest.Parse(_checksum).ToString() : "";
            Vertex download = copy.IsAdd ? Sources.Http(source, file, checksum, _name, copy.Lines) : throw QuaiException.Invalid("source can't be a URL for COPY");
            Add(download.First, new FileActionCopy { Src = "/" + file, AttemptUnpackDockerCompatibility = copy.Unpacks ?? false });
        }
        else
        {
            Files(source);
        }
    }

    private void Files(string source)
    {
        bool ofContext = copy.From.Length == 0;
        Output? files = ofContext ? stage.Compilation.UseContext() : command.Sources[0]!.Files;
        if (ofContext)
        {
            stage.Compilation.ContextPaths.Add(SlashPaths.Join("/", source));
            StageChecks.Ignored(stage, copy.IsAdd ? "Add" : "Copy", source, copy.Lines);
        }

        else
        {
            command.Sources[0]!.WantedPaths.Add(SlashPaths.Join("/", source));
        }

        string path = source;
        var action = new FileActionCopy
        {
            FollowSymlink = true,
            DirCopyContents = true,
            AllowWildcard = true,
            AllowEmptyWildcard = true,
            AttemptUnpackDockerCompatibility = copy.Unpacks ?? copy.IsAdd,
        };
        if (copy.KeepsParents)
        {
            int pivot = source.IndexOf("/./", StringComparison.Ordinal);
            string pattern = SlashPaths.Join("/", pivot < 0 ? source : source[(pivot + 3)..]);
            path = pivot < 0 ? "/" : source[..pivot];
            action.IncludePatterns.Add(pattern[1..]);
            if (!SlashPaths.HasWildcard(path) && !SlashPaths.HasWildcard(pattern))
            {
                action.RequiredPaths.Add(SlashPaths.Join("/", path, pattern));
            }
        }

        action.Src = SlashPaths.Join("/", path);
        Add(files, action);
    }

    private void Add(Output? files, FileActionCopy action)
    {
        _from.Add(_inputs.Add(files));
        action.Dest = _destination;
        action.CreateDestPath = true;
        action.ExcludePatterns.Add(_exclude);
        // Files keep their times, whatever SOURCE_DATE_EPOCH says: to rewrite them is the exporter's affair.
        action.Timestamp = -1;
        action.Mode = ModeText.Number(_mode) ?? -1;
        action.ModeStr = _mode.Length > 0 && action.Mode < 0 ? _mode : "";
        _copies.Add(action);
    }

    /// <summary>The copies, each onto the files that the one before left.</summary>
    private FileOp Actions(int input)
    {
        var op = new FileOp();
        int count = _inputs.All.Count;
        for (int index = 0; index < _copies.Count; index++)
        {
            _copies[index].Owner = OwnerReader.Read(_owner, input);
            op.Actions.Add(new FileAction
            {
                Input = index == 0 ? input : count + index - 1,
                SecondaryInput = _from[index],
                Output = index == _copies.Count - 1 ? 0 : -1,
                Copy = _copies[index],
            });
        }

        return op;
    }

    private Output Merged(Output below, Vertex layer, string shown)
    {
        string id = Digest.Of(Encoding.UTF8.GetBytes($"{copy.Lines} {_name}")).Short;
        stage.State.CommandIndex--;
        string name = StepNames.Next(stage.Compilation, stage.State, "LINK " + shown, stage.Platform, command);
        layer.Metadata.ProgressGroup = new ProgressGroup { Id = id, Name = _name, Weak = true };
        var merge = new MergeOp { Inputs = { new MergeInput { Input = 0 }, new MergeInput { Input = 1 } } };
        Vertex vertex = Vertex.Named(new Op { Merge = merge, Platform = Platforms.Message(stage.Platform) }, [below, layer.First], name, copy.Lines);
        vertex.Metadata.ProgressGroup = new ProgressGroup { Id = id, Name = _name };
        vertex.Metadata.IgnoreCache = stage.State.IsWithoutCache;
        return vertex.First;
    }

    /// <summary>The instruction as histories have it.</summary>
    private string Written()
    {
        string options = (copy.KeepsParents ? " --parents" : "") + (_owner.Length > 0 ? " --chown=" + _owner : "") + (_mode.Length > 0 ? " --chmod=" + _mode : "");
        string sources = string.Concat([.. _sources.Select(s => " " + s), .. copy.Documents.Select(d => " <<" + d.Name)]);
        return $"{(copy.IsAdd ? "ADD" : "COPY")}{options}{sources} {stage.Expand(copy.Destination, copy.Lines)}";
    }
}
