using Quai.BuildClient.Files;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Progress;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds;

/// <summary><c>quai build</c>.</summary>
internal sealed class BuildCommand : Command
{
    private readonly BuildFlags _flags;

    /// <param name="path">The words that select it.</param>
    public BuildCommand(string path)
        : base(path) => _flags = new BuildFlags(Flags);

    public override string Usage => "[OPTIONS] PATH | URL | -";

    public override string Summary => "Build an image from a Dockerfile";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string progress = _flags.Progress;
        bool opensShell = _flags.OpensShell;
        BuildOptions options = _flags.Read(arguments[0]);
        ChosenBuilder builder = KnownBuilders.Choose(session, _flags.Builder);
        BuildInvocation.CheckFolder(_flags.MetadataFile);
        BuildInvocation.CheckFolder(_flags.IdFile);
        OutputWarning.Tell(session, builder, [new("", options)]);
        using IBuildDisplay display = BuildDisplays.Create(session, progress, builder.Name, builder.Driver, _flags.IsDebug || session.IsDebug);
        return new BuildInvocation(session, builder, "ERROR: failed to build: ").Run(
            display,
            (runner, cancellation) =>
            {
                runner.Failed = opensShell ? new StepShell(session, display).RunAsync : null;
                return runner.RunAsync(options, "", cancellation);
            },
            outcome => Tell(session, options, builder, outcome));
    }

    private int Tell(Session session, BuildOptions options, ChosenBuilder builder, BuildOutcome outcome)
    {
        if (_flags.MetadataFile.Length > 0)
        {
            WholeFile.WriteText(_flags.MetadataFile, outcome.MetadataJson(builder.Name));
        }

        if (options.Call.Name.Length > 0)
        {
            return CallAnswer.Print(session, options.Call, outcome.File, outcome.Result.Metadata);
        }

        if (_flags.IsQuiet && !options.Outputs.Any(o => o is { IsArchive: true, Destination: "-" }))
        {
            session.Out.WriteLine(outcome.Result.ImageId);
        }

        if (_flags.IdFile.Length > 0)
        {
            WholeFile.WriteText(_flags.IdFile, outcome.Result.ImageId);
        }

        return 0;
    }
}
