using Quai.Cli.CommandLine;
using Quai.Cli.Http;

namespace Quai.Cli.Networks;

/// <summary><c>quai network disconnect</c>.</summary>
internal sealed class DisconnectNetwork : Command
{
    private readonly Flag<bool> _force;

    public DisconnectNetwork(string path)
        : base(path) => _force = Flags.Bool("force", 'f', "Also from a network that is gone");

    public override string Usage => "[OPTIONS] NETWORK CONTAINER";

    public override string Summary => "Disconnect a container from a network";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(2);

    public override int Execute(Session session, List<string> arguments)
    {
        session.Engine.Networks.DisconnectAsync(arguments[0], arguments[1], _force.Value).Await();
        return 0;
    }
}
