using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Templates;

namespace Quai.Cli.Host;

/// <summary><c>quai version</c>.</summary>
internal sealed class VersionCommand : Command
{
    private readonly Flag<string> _format;

    public VersionCommand(string path)
        : base(path) => _format = Flags.String("format", 'f', "Format of the output: json or a template");

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show the versions of client and daemon";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        bool formatted = _format.Value.Length > 0;
        SystemVersion? server = null;
        JsonElement document = default;
        string? failure = null;
        string api = EngineClient.NewestVersion;
        try
        {
            if (formatted)
            {
                document = session.Engine.System.VersionDocumentAsync().Await();
            }
            else
            {
                server = session.Engine.System.VersionAsync().Await();
            }

            api = session.Engine.GetVersionAsync().Await();
        }
        catch (Exception error) when (error is ConnectionException or DaemonException)
        {
            failure = error.Message;
        }

        if (formatted)
        {
            Format(session, ClientVersion.Json(api), document);
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
            session.Out.WriteLine(template.Execute(Objects.TypedJson.View(WithGoNames(all), "system.versionInfo")));
        }
        catch (TemplateException error)
        {
            session.Out.WriteLine("");
            throw new ExitException(1, error.Message);
        }
    }

    // Templates go by the names that the fields have in Go, and by those that an old daemon leaves out.
    private static string WithGoNames(string all)
    {
        JsonNode document = JsonNode.Parse(all)!;
        foreach (string side in (ReadOnlySpan<string>)["Client", "Server"])
        {
            if (document[side] is JsonObject fields)
            {
                fields["APIVersion"] = fields["ApiVersion"]?.DeepClone();
                if (side == "Server")
                {
                    fields.TryAdd("Experimental", false);
                }
            }
        }

        return document.ToJsonString();
    }

    private static string Show(string api, SystemVersion? server)
    {
        var text = new StringBuilder("Client:\n");
        void line(string name, string value) => text.Append(' ').Append(name).Append(":\t").Append(value).Append('\n');
        line("Version", ClientVersion.Number);
        line("API version", api == EngineClient.NewestVersion ? api : $"{api} (downgraded from {EngineClient.NewestVersion})");
        line("OS/Arch", "linux/" + ClientVersion.Architecture);
        line("Context", "default");
        if (server is null)
        {
            return TabWriter.Align(text.ToString(), 20, 1);
        }

        string platform = server.Platform.Name;
        text.Append("\nServer:").Append(platform.Length > 0 ? " " + platform : "").Append('\n');
        foreach (VersionComponent component in server.Components)
        {
            Component(text, component);
        }

        return TabWriter.Align(text.ToString(), 20, 1).Replace("\v", "", StringComparison.Ordinal);
    }

    private static void Component(StringBuilder text, VersionComponent component)
    {
        void line(string name, string value) => text.Append("  ").Append(name).Append(":\t").Append(value).Append('\n');
        string detail(string name) => component.Details.GetValueOrDefault(name, "");
        text.Append(' ').Append(component.Name).Append(":\n");
        line("Version", component.Version);
        if (component.Name != "Engine")
        {
            foreach ((string name, string value) in component.Details.OrderBy(d => d.Key, StringComparer.Ordinal))
            {
                line(name, value);
            }

            return;
        }

        line("API version", $"{detail("ApiVersion")} (minimum version {detail("MinAPIVersion")})");
        line("Go version", detail("GoVersion"));
        line("Git commit", detail("GitCommit"));
        line("Built", Built(detail("BuildTime")));
        line("OS/Arch", $"{detail("Os")}/{detail("Arch")}");
        line("Experimental", detail("Experimental"));
    }

    private static string Built(string time) => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)
        ? moment.ToString("ddd MMM", CultureInfo.InvariantCulture) + moment.ToString(" d", CultureInfo.InvariantCulture).PadLeft(3) + moment.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture)
        : time;
}
