using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Files;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client.Images;
using Quai.Client.Transport;

namespace Quai.Cli.Images;

/// <summary><c>quai pull</c>.</summary>
internal sealed class Pull : Command
{
    private readonly Flag<bool> _all;
    private readonly Flag<bool> _noCache;
    private readonly Flag<string> _platform;
    private readonly Flag<bool> _quiet;

    public Pull(string path)
        : base(path)
    {
        _all = Flags.Bool("all-tags", 'a', "Pull every tag of the repository");
        Flags.Add(new Flag<bool>("disable-content-trust", '\0', "", "Accepted and ignored", true, FlagValues.Bool) { BareValue = "true", DefaultText = "true" });
        _noCache = Flags.Bool("no-cache", '\0', "Fetch every layer anew and verify it, though it is here");
        _platform = Flags.String("platform", '\0', "Platform of the image", Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM") ?? "");
        _quiet = Flags.Bool("quiet", 'q', "Print nothing but the name");
    }

    public override string Usage => "[OPTIONS] NAME[:TAG|@DIGEST]";

    public override string Summary => "Download an image from a registry";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string name = arguments[0];
        ImageReference.Check(name);
        (_, string tag, string digest) = ImageReference.Split(name);
        if (_all.Value && (tag.Length > 0 || digest.Length > 0))
        {
            throw new ExitException(1, "tag can't be used with --all-tags/-a");
        }

        if (!_all.Value && tag.Length == 0 && digest.Length == 0)
        {
            name += ":latest";
            if (!_quiet.Value)
            {
                session.Out.WriteLine("Using default tag: latest");
            }
        }

        ImagePull.Run(session, name, _platform.Value, _noCache.Value, _quiet.Value ? null : session.Out);
        string shown = ImageReference.Canonical(name);
        session.Out.WriteLine(_all.Value ? ImageReference.Split(shown).Repository : shown);
        return 0;
    }
}

/// <summary><c>quai push</c>.</summary>
internal sealed class Push : Command
{
    private readonly Flag<bool> _all;
    private readonly Flag<string> _platform;
    private readonly Flag<bool> _quiet;

    public Push(string path)
        : base(path)
    {
        _all = Flags.Bool("all-tags", 'a', "Push every tag of the repository");
        Flags.Add(new Flag<bool>("disable-content-trust", '\0', "", "Accepted and ignored", true, FlagValues.Bool) { BareValue = "true", DefaultText = "true" });
        _platform = Flags.String("platform", '\0', "Push this platform's variant alone", Environment.GetEnvironmentVariable("DOCKER_DEFAULT_PLATFORM") ?? "");
        _quiet = Flags.Bool("quiet", 'q', "Print nothing but the name");
    }

    public override string Usage => "[OPTIONS] NAME[:TAG]";

    public override string Summary => "Upload an image to a registry";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        ImageReference.Check(arguments[0]);
        (string repository, string tag, _) = ImageReference.Split(arguments[0]);
        if (_all.Value && tag.Length > 0)
        {
            throw new ExitException(1, "tag can't be used with --all-tags/-a");
        }

        if (!_all.Value && tag.Length == 0)
        {
            tag = "latest";
            if (!_quiet.Value)
            {
                session.Out.WriteLine("Using default tag: latest");
            }
        }

        AuthConfig? credentials = RegistryCredentials.Find(session, repository);
        ProgressDisplay.Show(
            session.Engine.Transfers.PushAsync(repository, _all.Value ? "" : tag, Platforms.Parse(_platform.Value), credentials).Await(), _quiet.Value ? null : session.Out);
        if (_quiet.Value)
        {
            session.Out.WriteLine(ImageReference.Canonical(arguments[0]));
        }

        return 0;
    }
}

/// <summary><c>quai tag</c>.</summary>
internal sealed class Tag(string path) : Command(path)
{
    public override string Usage => "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]";

    public override string Summary => "Give an image a further name";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    public override int Execute(Session session, List<string> arguments)
    {
        (string repository, string tag, string digest) = ImageReference.Split(arguments[1]);
        if (digest.Length > 0)
        {
            throw new ExitException(1, "refusing to create a tag with a digest reference");
        }

        try
        {
            ImageReference.Check(arguments[1]);
        }
        catch (ExitException error)
        {
            throw new ExitException(1, $"Error parsing reference: {Quai.Templates.GoText.Quote(arguments[1])} is not a valid repository/tag: {error.Message}");
        }

        session.Engine.Images.TagAsync(arguments[0], repository, tag.Length == 0 ? "latest" : tag).Await();
        return 0;
    }
}

/// <summary><c>quai load</c>.</summary>
internal sealed class Load : Command
{
    private readonly Flag<string> _input;
    private readonly Flag<string> _platform;
    private readonly Flag<bool> _quiet;

    public Load(string path)
        : base(path)
    {
        _input = Flags.String("input", 'i', "Read from a file instead of STDIN");
        _platform = Flags.String("platform", '\0', "Load only this platform's variant");
        _quiet = Flags.Bool("quiet", 'q', "Show no progress");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Load an image from a tar archive or STDIN";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        if (_input.Value.Length == 0 && Input.IsTerminal)
        {
            throw new ExitException(1, "requested load from stdin, but stdin is empty");
        }

        using Stream input = _input.Value.Length == 0 ? new Input() : FileInput.Open(_input.Value);
        using ResponseStream response = session.Engine.Images.LoadAsync(input, _quiet.Value || !session.Out.IsTerminal, Platforms.Parse(_platform.Value)).Await();
        if (response.Head.Header("content-type")?.StartsWith("application/json", StringComparison.Ordinal) == true)
        {
            ProgressDisplay.Show(response.ReadMessagesAsync().Await(), session.Out);
        }
        else
        {
            response.CopyTo(session.Out);
        }

        return 0;
    }
}

/// <summary><c>quai save</c>.</summary>
internal sealed class Save : Command
{
    private readonly Flag<string> _output;
    private readonly Flag<string> _platform;

    public Save(string path)
        : base(path)
    {
        _output = Flags.String("output", 'o', "Write to a file instead of STDOUT");
        _platform = Flags.String("platform", '\0', "Save only this platform's variant");
    }

    public override string Usage => "[OPTIONS] IMAGE [IMAGE...]";

    public override string Summary => "Write one or more images as a tar archive (to STDOUT by default)";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        FileOutput.Check(_output.Value, session.Out.IsTerminal, "failed to save image");
        using ResponseStream response = session.Engine.Images.SaveAsync(arguments, Platforms.Parse(_platform.Value)).Await();
        FileOutput.Save(response, _output.Value, session.Out);
        return 0;
    }
}

/// <summary><c>quai import</c>.</summary>
internal sealed class Import : Command
{
    private readonly ListFlag<string> _changes;
    private readonly Flag<string> _message;
    private readonly Flag<string> _platform;

    public Import(string path)
        : base(path)
    {
        _changes = Flags.List("change", 'c', "Apply a Dockerfile instruction to the image");
        _message = Flags.String("message", 'm', "What the image is");
        _platform = Flags.String("platform", '\0', "Platform of the image");
    }

    public override string Usage => "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]";

    public override string Summary => "Make an image of a filesystem in a tar archive";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string source = arguments[0];
        (string repository, string tag, _) = arguments.Count > 1 ? ImageReference.Split(arguments[1]) : ("", "", "");
        bool remote = source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);
        var options = new ImportOptions(remote ? source : "-")
        {
            Repository = repository, Tag = tag, Message = _message.Value, Platform = _platform.Value, Changes = _changes.Values,
        };
        using Stream input = source == "-" ? new Input() : remote ? Stream.Null : FileInput.Open(source);
        ProgressDisplay.Show(session.Engine.Images.ImportAsync(options, input).Await(), session.Out);
        return 0;
    }
}

/// <summary>Opens files that the command line names.</summary>
internal static class FileInput
{
    /// <summary>Opens one for reading.</summary>
    /// <exception cref="ExitException">It cannot be read.</exception>
    public static Stream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0, FileOptions.SequentialScan);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ExitException(1, $"open {path}: no such file or directory");
        }
        catch (UnauthorizedAccessException)
        {
            throw new ExitException(1, Directory.Exists(path) ? $"read {path}: is a directory" : $"open {path}: permission denied");
        }
    }
}
