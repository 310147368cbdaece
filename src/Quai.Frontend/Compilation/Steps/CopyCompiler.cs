using Google.Protobuf;
using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Words;
using Quai.Frontend.Checks;
using Quai.Frontend.Contexts;
using Quai.Frontend.Graphs;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation.Steps;

/// <summary>Compiles COPY and ADD.</summary>
/// <param name="scope">The build.</param>
internal sealed class CopyCompiler(BuildScope scope)
{
    private const int InlineMode = 0x1a4; // 0644
    private const int HighestMode = 0xfff; // 07777

    /// <summary>Compiles it.</summary>
    public void Compile(StageState stage, CopyInstruction written)
    {
        CopyInstruction copy = Expanded(stage, written);
        StageState? origin = stage.Origins.TryGetValue(written, out IReadOnlyList<StageState?>? origins) ? origins[0] : null;
        if (origin is { IsDone: false })
        {
            throw new CompileException($"cannot copy from stage {GoText.Quote(copy.From)}, it needs to be defined before current stage {GoText.Quote(stage.Name)}", copy.Lines);
        }

        CheckChecksum(copy);
        string text = scope.Shown(written.Text, stage, keepsQuotes: false), title = scope.Title(stage, text);
        bool isLinked = copy.IsLink && stage.Files is not null;
        var step = new FileStep(copy.IsLink ? null : stage.Files)
        {
            Name = title,
            Command = written.Text,
            Lines = copy.Lines,
            IgnoresCache = stage.IgnoresCache,
            Group = isLinked ? new ProgressGroup { Id = $"link:{scope.Platform}:{stage.Index}:{stage.Step}", Name = title, Weak = true } : null,
        };
        string destination = Destination(stage, copy.Destination);
        foreach (string source in copy.Sources)
        {
            Add(step, copy, source, destination, origin is null ? scope.Context : origin.Files, title);
            if (!IsAddress(copy, source))
            {
                CheckIgnored(copy, source);
                (copy.From.Length == 0 ? scope.Paths : origin!.Paths).Add(SlashPath.Absolute("/", source));
            }
        }

        foreach (InlineFile file in copy.Files)
        {
            var document = new FileStep(null) { Name = "[internal] preparing inline document" };
            document.MakeFile(new FileActionMkFile { Path = SlashPath.Absolute("/", file.Name), Mode = InlineMode, Data = ByteString.CopyFromUtf8(file.Content), Timestamp = -1 });
            step.Copy(new Files(document), Action(copy, SlashPath.Absolute("/", file.Name), destination), copy.Chown);
        }

        stage.Files = isLinked ? new Files(new MergeStep([stage.Files!, new Files(step)])
        {
            Name = "LINK " + text,
            Command = written.Text,
            Lines = copy.Lines,
            Group = step.Group,
        }) : new Files(step);
        History.AddStep(stage, scope, Said(copy));
    }

    private static void Add(FileStep step, CopyInstruction copy, string source, string destination, Files? files, string title)
    {
        if (GitOf(copy, source) is { } git)
        {
            Require(copy.IsAdd, "source can't be a git ref for COPY", copy);
            step.Copy(new Files(Sources.Git(git, copy.KeepsGitDirectory, title, copy.Lines)), WithExclude(Action(copy, "/", destination), copy), copy.Chown);
            return;
        }

        if (Sources.IsWeb(source))
        {
            Require(copy.IsAdd, "source can't be a URL for COPY", copy);
            string file = Uri.TryCreate(source, UriKind.Absolute, out Uri? address) && SlashPath.Last(Uri.UnescapeDataString(address.AbsolutePath)) is var last && last != "/" ? last : "__unnamed__";
            FileActionCopy download = Action(copy, "/" + file, destination);
            download.AttemptUnpackDockerCompatibility = copy.Unpacks ?? false;
            step.Copy(new Files(Sources.Web(source, file, copy.Checksum, title, copy.Lines)), download, copy.Chown);
            return;
        }

        string? pattern = null;
        if (copy.KeepsParents)
        {
            int pivot = source.IndexOf("/./", StringComparison.Ordinal);
            pattern = SlashPath.Absolute("/", pivot < 0 ? source : source[(pivot + 3)..]).TrimStart('/');
            source = pivot < 0 ? "/" : source[..pivot];
        }

        FileActionCopy action = WithExclude(Action(copy, SlashPath.Absolute("/", source), destination), copy);
        action.FollowSymlink = true;
        action.DirCopyContents = true;
        action.AllowWildcard = true;
        action.AllowEmptyWildcard = true;
        action.AttemptUnpackDockerCompatibility = copy.Unpacks ?? copy.IsAdd;
        if (pattern is not null)
        {
            action.IncludePatterns.Add(pattern);
        }

        step.Copy(files, action, copy.Chown);
    }

    private static FileActionCopy Action(CopyInstruction copy, string source, string destination)
    {
        var action = new FileActionCopy { Src = source, Dest = destination, CreateDestPath = true, Mode = -1, Timestamp = -1 };
        if (copy.Chmod.Length == 0)
        {
            return action;
        }

        if (copy.Chmod.All(c => c is >= '0' and <= '7'))
        {
            action.Mode = copy.Chmod.Length <= 8 && Convert.ToInt32(copy.Chmod, 8) is var mode and <= HighestMode ? mode : throw Wrong();
        }
        else
        {
            action.ModeStr = ModeText.IsSymbolic(copy.Chmod) ? copy.Chmod : throw Wrong();
        }

        return action;

        CompileException Wrong() => new($"invalid chmod parameter: '{copy.Chmod}'. it should be octal string and between 0 and 07777", copy.Lines);
    }

    private static FileActionCopy WithExclude(FileActionCopy action, CopyInstruction copy)
    {
        action.ExcludePatterns.AddRange(copy.Exclude);
        return action;
    }

    private static bool IsAddress(CopyInstruction copy, string source) => Sources.IsWeb(source) || GitOf(copy, source) is not null;

    /// <summary>The repository that a source is. What has no scheme is a path for COPY.</summary>
    private static GitAddress? GitOf(CopyInstruction copy, string source) =>
        copy.IsAdd || !source.StartsWith("github.com/", StringComparison.Ordinal) ? GitAddress.Parse(source) : null;

    private void CheckIgnored(CopyInstruction copy, string source)
    {
        if (copy.From.Length == 0 && SlashPath.Absolute("/", source).TrimStart('/') is { Length: > 0 } path && scope.Ignored?.Ignores(path, isDirectory: false) is true)
        {
            scope.Checks.Add(CheckRule.CopyIgnoredFile, $"Attempting to {(copy.IsAdd ? "Add" : "Copy")} file {GoText.Quote(source)} that is excluded by .dockerignore", copy.Lines);
        }
    }

    private static void CheckChecksum(CopyInstruction copy)
    {
        if (copy.Checksum.Length == 0)
        {
            return;
        }

        Require(Digest.TryParse(copy.Checksum, out _) || copy.Sources.Any(s => GitOf(copy, s) is not null), "invalid checksum digest format", copy);
        Require(copy.Sources.Count == 1, "checksum can't be specified for multiple sources", copy);
        Require(IsAddress(copy, copy.Sources[0]), "checksum requires HTTP(S) or Git sources", copy);
    }

    private static void Require(bool holds, string problem, CopyInstruction copy)
    {
        if (!holds)
        {
            throw new CompileException(problem, copy.Lines);
        }
    }

    /// <summary>The instruction with variables' values.</summary>
    private CopyInstruction Expanded(StageState stage, CopyInstruction copy)
    {
        return copy with
        {
            Sources = [.. copy.Sources.Select(Expand)],
            Destination = Expand(copy.Destination),
            Chown = Expand(copy.Chown),
            Chmod = Expand(copy.Chmod),
            Checksum = Expand(copy.Checksum),
            Exclude = [.. copy.Exclude.Select(Expand)],
            Files = [.. copy.Files.Select(f => f.Expands ? f with { Content = scope.Expand(f.Content, stage, copy.Lines, WordOptions.IgnoreQuotes) } : f)],
        };

        string Expand(string text) => scope.Expand(text, stage, copy.Lines);
    }

    private static string Destination(StageState stage, string path)
    {
        string whole = path.Length == 0 ? stage.Directory : SlashPath.Absolute(stage.Directory, path);
        return whole != "/" && (path is "." or "" || path.EndsWith('/')) ? whole + "/" : whole;
    }

    private static string Said(CopyInstruction copy) => string.Concat(
        copy.IsAdd ? "ADD" : "COPY",
        copy.KeepsParents ? " --parents" : "",
        copy.Chown.Length > 0 ? " --chown=" + copy.Chown : "",
        copy.Chmod.Length > 0 ? " --chmod=" + copy.Chmod : "",
        string.Concat([.. copy.Sources.Select(s => " " + s), .. copy.Files.Select(f => " <<" + f.Name), " " + copy.Destination]));
}
