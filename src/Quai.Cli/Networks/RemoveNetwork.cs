using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Client;

namespace Quai.Cli.Networks;

/// <summary><c>quai network rm</c>.</summary>
internal sealed class RemoveNetwork : Command
{
    private readonly Flag<bool> _force;

    public RemoveNetwork(string path)
        : base(path) => _force = Flags.Bool("force", 'f', "Do not mind those that are not there");

    public override string Usage => "NETWORK [NETWORK...]";

    public override string Summary => "Remove one or more networks";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments)
    {
        int code = 0;
        foreach (string name in arguments)
        {
            try
            {
                session.Engine.Networks.RemoveAsync(name).Await();
                session.Out.WriteLine(name);
            }
            catch (DaemonException error) when (_force.Value && error.Status == 404)
            {
                // It need not be there; Docker does not name it then.
            }
            catch (Exception error) when (error is DaemonException or ConnectionException)
            {
                session.Error.WriteLine(error.Message);
                code = 1;
            }
        }

        return code;
    }
}
