using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Client.Images;
using Quai.Client.Transport;

namespace Quai.Cli.Containers.Files;

/// <summary><c>quai diff</c>.</summary>
internal sealed class Diff(string path) : Command(path)
{
    public override string Usage => "CONTAINER";

    public override string Summary => "Show what changed in a container's filesystem";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        IEnumerable<FilesystemChange> changes = session.Engine.Files.ChangesAsync(arguments[0]).Await();
        session.Out.WriteRows(changes.Select(c => $"{(c.Kind switch { 0 => 'C', 1 => 'A', _ => 'D' })} {c.Path}"));
        return 0;
    }
}

/// <summary><c>quai export</c>.</summary>
internal sealed class Export : Command
{
    private readonly Flag<string> _output;

    public Export(string path)
        : base(path) => _output = Flags.String("output", 'o', "Write to a file instead of STDOUT");

    public override string Usage => "[OPTIONS] CONTAINER";

    public override string Summary => "Write a container's filesystem as a tar archive";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        FileOutput.Check(_output.Value, session.Out.IsTerminal, "failed to export container");
        using ResponseStream response = session.Engine.Files.ExportAsync(arguments[0]).Await();
        FileOutput.Save(response, _output.Value, session.Out);
        return 0;
    }
}

/// <summary><c>quai commit</c>.</summary>
internal sealed class Commit : Command
{
    private readonly Flag<string> _author;
    private readonly ListFlag<string> _changes;
    private readonly Flag<string> _message;
    private readonly Flag<bool> _pause;

    public Commit(string path)
        : base(path)
    {
        _author = Flags.String("author", 'a', "Author of the image");
        _changes = Flags.List("change", 'c', "Apply a Dockerfile instruction to the image");
        _message = Flags.String("message", 'm', "What the image is");
        _pause = Flags.Bool("pause", 'p', "Pause the container meanwhile", initial: true);
    }

    public override string Usage => "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]";

    public override string Summary => "Create a new image from a container's changes";

    public override ArgumentCount Arguments => new(1, 2);

    public override int Execute(Session session, List<string> arguments)
    {
        (string repository, string tag, _) = arguments.Count > 1 ? Images.ImageReference.Split(arguments[1]) : ("", "", "");
        var options = new CommitOptions(arguments[0])
        {
            Repository = repository, Tag = tag, Author = _author.Value, Message = _message.Value, Changes = _changes.Values, Pause = _pause.Value,
        };
        session.Out.WriteLine(session.Engine.Images.CommitAsync(options).Await().Id);
        return 0;
    }
}

/// <summary>Writes a stream to a file that appears complete or not at all.</summary>
internal static class FileOutput
{
    /// <summary>Refuses a path whose folder does not exist, and a terminal in the place of a file, before the daemon is asked for anything.</summary>
    public static void Check(string path, bool terminal, string failure)
    {
        if (path.Length == 0 && terminal)
        {
            throw new ExitException(1, "cowardly refusing to save to a terminal. Use the -o flag or redirect");
        }

        string folder = System.IO.Path.GetDirectoryName(path) is { Length: > 0 } d ? d : ".";
        if (path.Length > 0 && !Directory.Exists(folder))
        {
            throw new ExitException(1, $"{failure}: invalid output path: stat {folder}: no such file or directory");
        }

        if (Directory.Exists(path))
        {
            throw new ExitException(1, $"{failure}: invalid output path: {path} is a directory");
        }
    }

    /// <summary>Copies to <paramref name="path"/>, or to <paramref name="standard"/> if it is empty.</summary>
    public static void Save(Stream source, string path, Stream standard)
    {
        if (path.Length == 0)
        {
            source.CopyTo(standard, 256 * 1024);
            return;
        }

        string partial = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, $".tmp-{System.IO.Path.GetFileName(path)}{Environment.ProcessId}");
        try
        {
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0, FileOptions.None))
            {
                source.CopyTo(file, 256 * 1024);
            }

            File.Move(partial, path, overwrite: true);
        }
        catch (DirectoryNotFoundException)
        {
            string folder = System.IO.Path.GetDirectoryName(path) is { Length: > 0 } d ? d : ".";
            throw new ExitException(1, $"invalid output path: directory {Quai.Templates.GoText.Quote(folder)} does not exist");
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
