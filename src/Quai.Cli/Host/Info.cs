using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Cli.Objects;
using Quai.Templates;

namespace Quai.Cli.Host;

/// <summary><c>quai info</c>.</summary>
internal sealed class Info : Command
{
    private readonly Flag<string> _format;

    public Info(string path)
        : base(path) => _format = Flags.String("format", 'f', "Format of the output: json or a template");

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show what the daemon knows of itself and its host";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        JsonElement info = default;
        string? failure = null;
        try
        {
            info = session.Engine.Transport.Get("/info");
        }
        catch (Exception error) when (error is ConnectionException or DaemonException)
        {
            failure = error.Message;
        }

        if (_format.Value.Length > 0)
        {
            return failure is null ? Format(session, info) : throw new ExitException(1, failure);
        }

        session.Out.Write($"Client:\n Version:    {VersionCommand.Number}\n Context:    default\n Debug Mode: false\n\nServer:\n");
        if (failure is not null)
        {
            throw new ExitException(1, failure + "\nerrors pretty printing info");
        }

        session.Out.Write(Show(info));
        foreach (string warning in info.Texts("Warnings"))
        {
            session.Error.WriteLine(warning);
        }

        return 0;
    }

    private int Format(Session session, JsonElement info)
    {
        string client = $",\"ClientInfo\":{{\"Debug\":false,\"Version\":\"{VersionCommand.Number}\",\"Context\":\"default\",\"Plugins\":[],\"Warnings\":null}}}}";
        string all = info.GetRawText().TrimEnd('}', '\n', ' ').Length > 0 ? info.GetRawText().TrimEnd()[..^1] + client : "{}";
        try
        {
            session.Out.WriteLine(Template.Parse(_format.Value == "json" ? "{{json .}}" : _format.Value).Execute(TypedJson.View(all, "system.dockerInfo")));
            return 0;
        }
        catch (TemplateException error)
        {
            bool parsing = !error.Message.Contains("executing", StringComparison.Ordinal);
            session.Out.Write(parsing ? "" : "\n");
            throw new ExitException(parsing ? 64 : 1, parsing ? "template parsing error: " + error.Message : error.Message);
        }
    }

    private static string Show(JsonElement info)
    {
        var text = new StringBuilder();
        void line(string name, string value, int depth = 1) => text.Append(' ', depth).Append(name).Append(':').Append(value.Length > 0 ? " " + value : "").Append('\n');
        void optional(string name, string value)
        {
            if (value.Length > 0)
            {
                line(name, value);
            }
        }

        string flag(string name) => info.Flag(name) ? "true" : "false";
        line("Containers", info.Number("Containers").ToString());
        line("Running", info.Number("ContainersRunning").ToString(), 2);
        line("Paused", info.Number("ContainersPaused").ToString(), 2);
        line("Stopped", info.Number("ContainersStopped").ToString(), 2);
        line("Images", info.Number("Images").ToString());
        optional("Server Version", info.Text("ServerVersion"));
        optional("Storage Driver", info.Text("Driver"));
        foreach (JsonElement pair in info.Items("DriverStatus"))
        {
            line(pair[0].GetString() ?? "", pair[1].GetString() ?? "", 2);
        }

        optional("Logging Driver", info.Text("LoggingDriver"));
        optional("Cgroup Driver", info.Text("CgroupDriver"));
        optional("Cgroup Version", info.Text("CgroupVersion"));
        text.Append(" Plugins:\n");
        line("Volume", string.Join(' ', info.Member("Plugins").Texts("Volume")), 2);
        line("Network", string.Join(' ', info.Member("Plugins").Texts("Network")), 2);
        if (info.Member("Plugins").Items("Authorization").Any())
        {
            line("Authorization", string.Join(' ', info.Member("Plugins").Texts("Authorization")), 2);
        }

        line("Log", string.Join(' ', info.Member("Plugins").Texts("Log")), 2);
        string swarm = info.Member("Swarm").Text("LocalNodeState");
        line("Swarm", swarm.Length == 0 ? "inactive" : swarm);
        line("Runtimes", string.Join(' ', info.Members("Runtimes").Select(r => r.Name).Order(StringComparer.Ordinal)));
        line("Default Runtime", info.Text("DefaultRuntime"));
        line("Init Binary", info.Text("InitBinary"));
        Commit(text, info, "containerd", "ContainerdCommit");
        Commit(text, info, "runc", "RuncCommit");
        Commit(text, info, "init", "InitCommit");
        Security(text, info);
        optional("Kernel Version", info.Text("KernelVersion"));
        optional("Operating System", info.Text("OperatingSystem"));
        optional("OSType", info.Text("OSType"));
        optional("Architecture", info.Text("Architecture"));
        line("CPUs", info.Number("NCPU").ToString());
        line("Total Memory", Units.BinarySize(info.Number("MemTotal")));
        optional("Name", info.Text("Name"));
        optional("ID", info.Text("ID"));
        optional("Docker Root Dir", info.Text("DockerRootDir"));
        line("Debug Mode", flag("Debug"));
        optional("HTTP Proxy", info.Text("HttpProxy"));
        optional("HTTPS Proxy", info.Text("HttpsProxy"));
        optional("No Proxy", info.Text("NoProxy"));
        List(text, "Labels", info.Texts("Labels"));
        line("Experimental", flag("ExperimentalBuild"));
        JsonElement registries = info.Member("RegistryConfig");
        List(text, "Insecure Registries", registries.Members("IndexConfigs").Where(i => !i.Value.Flag("Secure")).Select(i => i.Name)
            .Concat(registries.Texts("InsecureRegistryCIDRs")));
        List(text, "Registry Mirrors", registries.Texts("Mirrors"));
        line("Live Restore Enabled", flag("LiveRestoreEnabled"));
        optional("Product License", info.Text("ProductLicense"));
        return text.Append('\n').ToString();
    }

    private static void Commit(StringBuilder text, JsonElement info, string name, string member)
    {
        if (info.Member(member).ValueKind == JsonValueKind.Object)
        {
            text.Append(' ').Append(name).Append(" version: ").Append(info.Member(member).Text("ID")).Append('\n');
        }
    }

    private static void Security(StringBuilder text, JsonElement info)
    {
        string[] options = [.. info.Texts("SecurityOptions")];
        if (options.Length == 0)
        {
            return;
        }

        text.Append(" Security Options:\n");
        foreach (string option in options)
        {
            foreach (string part in option.Split(','))
            {
                string[] pair = part.Split('=', 2);
                text.Append(pair[0] == "name" ? "  " + pair[^1] : $"   {char.ToUpperInvariant(pair[0][0])}{pair[0][1..]}: {pair[^1]}").Append('\n');
            }
        }
    }

    private static void List(StringBuilder text, string name, IEnumerable<string> values)
    {
        string[] all = [.. values];
        if (all.Length > 0)
        {
            text.Append(' ').Append(name).Append(":\n").AppendJoin("", all.Select(v => $"  {v}\n"));
        }
    }
}
