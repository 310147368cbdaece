using System.Text;
using System.Text.Json;
using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Objects;
using Quai.Client;
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
        bool formatted = _format.Value.Length > 0;
        SystemInfo? info = null;
        JsonElement document = default;
        string? failure = null;
        try
        {
            if (formatted)
            {
                document = session.Engine.System.InfoDocumentAsync().Await();
            }
            else
            {
                info = session.Engine.System.InfoAsync().Await();
            }
        }
        catch (Exception error) when (error is ConnectionException or DaemonException)
        {
            failure = error.Message;
        }

        if (formatted)
        {
            return failure is null ? Format(session, document) : throw new ExitException(1, failure);
        }

        session.Out.Write($"Client:\n Version:    {ClientVersion.Number}\n Context:    default\n Debug Mode: false\n\nServer:\n");
        if (info is null)
        {
            throw new ExitException(1, failure + "\nerrors pretty printing info");
        }

        session.Out.Write(Show(info));
        foreach (string warning in info.Warnings ?? [])
        {
            session.Error.WriteLine(warning);
        }

        return 0;
    }

    private int Format(Session session, JsonElement info)
    {
        string client = $",\"ClientInfo\":{ClientInfo.Json}}}";
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

    private static string Show(SystemInfo info)
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

        static string flag(bool on) => on ? "true" : "false";
        line("Containers", info.Containers.ToString());
        line("Running", info.ContainersRunning.ToString(), 2);
        line("Paused", info.ContainersPaused.ToString(), 2);
        line("Stopped", info.ContainersStopped.ToString(), 2);
        line("Images", info.Images.ToString());
        optional("Server Version", info.ServerVersion);
        optional("Storage Driver", info.Driver);
        foreach (List<string> pair in info.DriverStatus)
        {
            line(pair[0], pair[1], 2);
        }

        optional("Logging Driver", info.LoggingDriver);
        optional("Cgroup Driver", info.CgroupDriver);
        optional("Cgroup Version", info.CgroupVersion);
        text.Append(" Plugins:\n");
        line("Volume", string.Join(' ', info.Plugins.Volume), 2);
        line("Network", string.Join(' ', info.Plugins.Network), 2);
        if (info.Plugins.Authorization is { Count: > 0 } authorization)
        {
            line("Authorization", string.Join(' ', authorization), 2);
        }

        line("Log", string.Join(' ', info.Plugins.Log), 2);
        string swarm = info.Swarm.LocalNodeState;
        line("Swarm", swarm.Length == 0 ? "inactive" : swarm);
        line("Runtimes", string.Join(' ', info.Runtimes.Keys.Order(StringComparer.Ordinal)));
        line("Default Runtime", info.DefaultRuntime);
        line("Init Binary", info.InitBinary);
        text.Append(" containerd version: ").Append(info.ContainerdCommit.ID).Append('\n');
        text.Append(" runc version: ").Append(info.RuncCommit.ID).Append('\n');
        text.Append(" init version: ").Append(info.InitCommit.ID).Append('\n');
        Security(text, info.SecurityOptions);
        optional("Kernel Version", info.KernelVersion);
        optional("Operating System", info.OperatingSystem);
        optional("OSType", info.OSType);
        optional("Architecture", info.Architecture);
        line("CPUs", info.NCPU.ToString());
        line("Total Memory", Units.BinarySize(info.MemTotal));
        optional("Name", info.Name);
        optional("ID", info.ID);
        optional("Docker Root Dir", info.DockerRootDir);
        line("Debug Mode", flag(info.Debug));
        optional("HTTP Proxy", info.HttpProxy);
        optional("HTTPS Proxy", info.HttpsProxy);
        optional("No Proxy", info.NoProxy);
        List(text, "Labels", info.Labels);
        line("Experimental", flag(info.ExperimentalBuild));
        List(text, "Insecure Registries", info.RegistryConfig.IndexConfigs.Where(i => !i.Value.Secure).Select(i => i.Key)
            .Concat(info.RegistryConfig.InsecureRegistryCIDRs));
        List(text, "Registry Mirrors", info.RegistryConfig.Mirrors);
        line("Live Restore Enabled", flag(info.LiveRestoreEnabled));
        optional("Product License", info.ProductLicense ?? "");
        return text.Append('\n').ToString();
    }

    private static void Security(StringBuilder text, IReadOnlyList<string> options)
    {
        if (options.Count == 0)
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
