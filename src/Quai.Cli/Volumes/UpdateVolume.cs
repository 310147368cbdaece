using Quai.Cli.CommandLine;
using Quai.Cli.Http;

namespace Quai.Cli.Volumes;

/// <summary><c>quai volume update</c>: for volumes of a cluster, which a single machine has none of.</summary>
internal sealed class UpdateVolume : Command
{
    public UpdateVolume(string path)
        : base(path) => Flags.String("availability", '\0', "Availability of a cluster's volume", "active");

    public override string Usage => "[OPTIONS] VOLUME";

    public override string Summary => "Update a volume of a cluster";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        session.Engine.Volumes.InspectAsync(arguments[0]).Await();
        throw new ExitException(1, "can only update cluster volumes");
    }
}
