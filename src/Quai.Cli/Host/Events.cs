using System.Text;
using System.Text.Json;
using Quai.Api.System;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Objects.Types;
using Quai.Templates;

namespace Quai.Cli.Host;

/// <summary><c>quai events</c>.</summary>
internal sealed class Events : Command
{
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<string> _since;
    private readonly Flag<string> _until;

    public Events(string path)
        : base(path)
    {
        _filters = Flags.Filters('f', "Show only those that match");
        _format = Flags.String("format", '\0', "Format of the output: json or a template");
        _since = Flags.String("since", '\0', "Show from this time on");
        _until = Flags.String("until", '\0', "End at this time");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show what happens, as it happens";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        Template? template = null;
        if (_format.Value.Length > 0)
        {
            try
            {
                template = Template.Parse(_format.Value == "json" ? "{{json .}}" : _format.Value);
            }
            catch (TemplateException error)
            {
                throw new ExitException(64, "Error parsing format: " + error.Message);
            }
        }

        (string since, string until) = (Timestamp.Parse(_since.Value), Timestamp.Parse(_until.Value));
        if (template is null)
        {
            foreach (EventMessage message in session.Engine.System.EventsAsync(_filters.Values, since, until).Await())
            {
                session.Out.WriteRows(Show(message));
            }

            return 0;
        }

        foreach (JsonElement message in session.Engine.System.EventDocumentsAsync(_filters.Values, since, until).Await())
        {
            try
            {
                session.Out.WriteRows(template.Execute(EventTypes.Message.View(message)));
            }
            catch (TemplateException error)
            {
                throw new ExitException(1, error.Message);
            }
        }

        return 0;
    }

    private static string Show(EventMessage message)
    {
        var text = new StringBuilder();
        long nano = message.TimeNano;
        DateTimeOffset time = nano != 0 ? DateTimeOffset.UnixEpoch.AddTicks(nano / 100) : DateTimeOffset.FromUnixTimeSeconds(message.Time);
        DateTimeOffset local = time.ToLocalTime();
        long fraction = nano % 1_000_000_000;
        string zone = local.Offset == TimeSpan.Zero ? "Z" : local.ToString("zzz");
        text.Append(local.ToString("yyyy-MM-dd'T'HH:mm:ss")).Append('.').Append(fraction.ToString("000000000")).Append(zone).Append(' ');
        text.Append(message.Type).Append(' ').Append(message.Action).Append(' ').Append(message.Actor.ID);
        string[] attributes = [.. message.Actor.Attributes.Select(a => $"{a.Key}={a.Value}").Order(StringComparer.Ordinal)];
        if (attributes.Length > 0)
        {
            text.Append(" (").AppendJoin(", ", attributes).Append(')');
        }

        return text.ToString();
    }
}
