using Quai.Cli.CommandLine;
using Quai.Cli.Containers.Files;
using Quai.Cli.Http;
using Quai.Cli.Images;
using Quai.Cli.Streams;
using Quai.Client.Transport;

namespace Quai.Cli.Volumes;

/// <summary><c>quai volume export</c>.</summary>
internal sealed class ExportVolume : Command
{
    private readonly Flag<string> _output;

    public ExportVolume(string path)
        : base(path) => _output = Flags.String("output", 'o', "Write to a file instead of STDOUT");

    public override string Usage => "[OPTIONS] VOLUME";

    public override string Summary => "Write a volume's files as a tar archive";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        FileOutput.Check(_output.Value, session.Out.IsTerminal, "failed to export volume");
        using ResponseStream response = session.Engine.Volumes.ExportAsync(arguments[0]).Await();
        FileOutput.Save(response, _output.Value, session.Out);
        return 0;
    }
}

/// <summary><c>quai volume import</c>.</summary>
internal sealed class ImportVolume : Command
{
    public ImportVolume(string path)
        : base(path)
    {
    }

    public override string Usage => "VOLUME [file|-]";

    public override string Summary => "Unpack a tar archive in a volume";

    public override ArgumentCount Arguments => new(1, 2);

    public override int Execute(Session session, List<string> arguments)
    {
        using Stream input = arguments.Count < 2 || arguments[1] == "-" ? new Input() : FileInput.Open(arguments[1]);
        session.Engine.Volumes.ImportAsync(arguments[0], input).Await();
        session.Out.WriteLine(arguments[0]);
        return 0;
    }
}

/// <summary><c>quai volume clone</c>.</summary>
internal sealed class CloneVolume : Command
{
    public CloneVolume(string path)
        : base(path)
    {
    }

    public override string Usage => "SOURCE TARGET";

    public override string Summary => "Make a volume with the files of another";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    public override int Execute(Session session, List<string> arguments)
    {
        session.Out.WriteLine(session.Engine.Volumes.CloneAsync(arguments[0], arguments[1]).Await().Name);
        return 0;
    }
}

/// <summary><c>quai volume snapshot</c>.</summary>
internal sealed class SnapshotVolume : Command
{
    public SnapshotVolume(string path)
        : base(path)
    {
    }

    public override string Usage => "VOLUME [NAME]";

    public override string Summary => "Keep a volume's files as they are now in another volume";

    public override ArgumentCount Arguments => new(1, 2);

    public override int Execute(Session session, List<string> arguments)
    {
        session.Out.WriteLine(session.Engine.Volumes.SnapshotAsync(arguments[0], arguments.Count > 1 ? arguments[1] : "").Await().Name);
        return 0;
    }
}
