using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;
using Quai.Templates;

namespace Quai.Cli.Host;

/// <summary><c>quai version</c>.</summary>
internal sealed class VersionCommand : Command
{
    private readonly Flag<string> _format;

    public VersionCommand(string path)
        : base(path) => _format = Flags.String("format", 'f', "Format of the output: json or a template");

    /// <summary>This client's version.</summary>
    public static string Number => typeof(VersionCommand).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The machine's architecture in Go's words.</summary>
    public static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        global::System.Runtime.InteropServices.Architecture.X64 => "amd64",
        global::System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        { } other => other.ToString().ToLowerInvariant(),
    };

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show the versions of client and daemon";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        JsonElement server = default;
        string? failure = null;
        string api = EngineClient.NewestVersion;
        try
        {
            server = session.Engine.Transport.Get("/version");
            api = session.Engine.GetVersionAsync().Await();
        }
        catch (Exception error) when (error is ConnectionException or DaemonException)
        {
            failure = error.Message;
        }

        string client = $"{{\"Version\":\"{Number}\",\"ApiVersion\":\"{api}\",\"DefaultAPIVersion\":\"{EngineClient.NewestVersion}\",\"Os\":\"linux\",\"Arch\":\"{Architecture}\",\"Context\":\"default\"}}";
        if (_format.Value.Length > 0)
        {
            Format(session, client, server);
        }
        else
        {
            session.Out.Write(Show(api, server));
        }

        return failure is null ? 0 : throw new ExitException(1, failure);
    }

    private void Format(Session session, string client, JsonElement server)
    {
        string all = $"{{\"Client\":{client},\"Server\":{(server.ValueKind == JsonValueKind.Object ? server.GetRawText() : "null")}}}";
        if (_format.Value == "json")
        {
            session.Out.WriteLine(all);
            return;
        }

        Template template;
        try
        {
            template = Template.Parse(_format.Value, "version");
        }
        catch (TemplateException error)
        {
            throw new ExitException(64, "template parsing error: " + error.Message);
        }

        try
        {
            session.Out.WriteLine(template.Execute(Objects.TypedJson.View(all, "system.versionInfo")));
        }
        catch (TemplateException error)
        {
            session.Out.WriteLine("");
            throw new ExitException(1, error.Message);
        }
    }

    private static string Show(string api, JsonElement server)
    {
        var text = new StringBuilder("Client:\n");
        void line(string name, string value) => text.Append(' ').Append(name).Append(":\t").Append(value).Append('\n');
        line("Version", Number);
        line("API version", api == EngineClient.NewestVersion ? api : $"{api} (downgraded from {EngineClient.NewestVersion})");
        line("OS/Arch", "linux/" + Architecture);
        line("Context", "default");
        if (server.ValueKind != JsonValueKind.Object)
        {
            return TabWriter.Align(text.ToString(), 20, 1);
        }

        string platform = server.Member("Platform").Text("Name");
        text.Append("\nServer:").Append(platform.Length > 0 ? " " + platform : "").Append('\n');
        foreach (JsonElement component in server.Items("Components"))
        {
            Component(text, component);
        }

        return TabWriter.Align(text.ToString(), 20, 1).Replace("\v", "", StringComparison.Ordinal);
    }

    private static void Component(StringBuilder text, JsonElement component)
    {
        JsonElement details = component.Member("Details");
        void line(string name, string value) => text.Append("  ").Append(name).Append(":\t").Append(value).Append('\n');
        text.Append(' ').Append(component.Text("Name")).Append(":\n");
        line("Version", component.Text("Version"));
        if (component.Text("Name") != "Engine")
        {
            foreach ((string name, string value) in details.ValueKind == JsonValueKind.Object
                ? details.EnumerateObject().Select(d => (d.Name, d.Value.GetString() ?? "")).OrderBy(d => d.Name, StringComparer.Ordinal)
                : Enumerable.Empty<(string, string)>())
            {
                line(name, value);
            }

            return;
        }

        line("API version", $"{details.Text("ApiVersion")} (minimum version {details.Text("MinAPIVersion")})");
        line("Go version", details.Text("GoVersion"));
        line("Git commit", details.Text("GitCommit"));
        line("Built", Built(details.Text("BuildTime")));
        line("OS/Arch", $"{details.Text("Os")}/{details.Text("Arch")}");
        line("Experimental", details.Text("Experimental"));
    }

    private static string Built(string time) => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)
        ? moment.ToString("ddd MMM", CultureInfo.InvariantCulture) + moment.ToString(" d", CultureInfo.InvariantCulture).PadLeft(3) + moment.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture)
        : time;
}
