using Quai.Cli.CommandLine;

namespace Quai.Cli.Registries;

/// <summary><c>quai logout</c>.</summary>
internal sealed class Logout(string path) : Command(path)
{
    public override string Usage => "[SERVER]";

    public override string Summary => "Log out from a registry";

    public override ArgumentCount Arguments => ArgumentCount.AtMost(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string key = RegistryKey.OfServer(arguments.Count > 0 ? arguments[0] : "");
        session.Out.WriteLine($"Removing login credentials for {key}");
        IReadOnlyList<(string Key, string Reason)> failures = new CredentialStore(session.ConfigFolder).Erase(key);
        if (failures.Count > 0)
        {
            session.Error.WriteLine("WARNING: could not erase credentials:");
            foreach ((string name, string reason) in failures)
            {
                session.Error.WriteLine($"{name}: {reason}");
            }
        }

        return 0;
    }
}
