using System.Globalization;
using System.Text.Json.Nodes;
using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose events</c>: what happens to a project's containers.</summary>
internal sealed class Events : ComposeVerb
{
    private readonly Flag<bool> _json;
    private readonly Flag<string> _since, _until;

    public Events(ComposeGlobals globals)
        : base(globals, "events")
    {
        _json = Flags.Bool("json", '\0', "A line of JSON for each event");
        _since = Flags.String("since", '\0', "Show from this time on");
        _until = Flags.String("until", '\0', "End at this time");
    }

    public override string Summary => "Show what happens to containers, as it happens";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        (string name, ComposeProject? _) = scope.Find([]);
        KeyValuePair<string, string>[] filters = [new("type", "container"), new("label", $"{ComposeLabels.Project}={name}")];
        foreach (EventMessage message in scope.Engine.System.EventsAsync(filters, Timestamp.Parse(_since.Value), Timestamp.Parse(_until.Value)).Await())
        {
            IReadOnlyDictionary<string, string> attributes = message.Actor.Attributes;
            string service = attributes.GetValueOrDefault(ComposeLabels.Service, "");
            if (attributes.GetValueOrDefault(ComposeLabels.OneOff) == "True" || (arguments.Count > 0 && !arguments.Contains(service)))
            {
                continue;
            }

            KeyValuePair<string, string>[] shown = [.. attributes.Where(one => !one.Key.StartsWith("com.docker.compose.", StringComparison.Ordinal)).OrderBy(one => one.Key, StringComparer.Ordinal)];
            DateTime time = DateTimeOffset.UnixEpoch.AddTicks(message.TimeNano / 100).LocalDateTime;
            scope.Out.WriteRows(_json.Value ? Json(message, service, time, shown)
                : $"{time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)} container {message.Action} {message.Actor.ID} ({string.Join(", ", shown.Select(one => $"{one.Key}={one.Value}"))})");
        }

        return 0;
    }

    private static string Json(EventMessage message, string service, DateTime time, KeyValuePair<string, string>[] attributes)
    {
        JsonObject inner = [];
        foreach ((string name, string value) in attributes)
        {
            inner[name] = value;
        }

        return new JsonObject
        {
            ["action"] = message.Action,
            ["attributes"] = inner,
            ["id"] = message.Actor.ID,
            ["service"] = service,
            ["time"] = time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + (TimeZoneInfo.Local.GetUtcOffset(time) == TimeSpan.Zero ? "Z" : time.ToString("zzz", CultureInfo.InvariantCulture)),
            ["type"] = "container",
        }.ToJsonString();
    }
}
