using System.Text.Json.Nodes;
using Quai.Bake.Plans;
using Quai.Bake.Printing;
using Quai.Cli.Builds.Options;
using Quai.Cli.Formatting;

namespace Quai.Cli.Builds.Bake;

/// <summary>Prints what came of targets.</summary>
internal static class BakeAnswers
{
    /// <summary>Prints what the frontend answers of each target to a question that is no build.</summary>
    /// <param name="session">Output.</param>
    /// <param name="plan">The targets.</param>
    /// <param name="calls">What was asked of each.</param>
    /// <param name="outcomes">The answers.</param>
    /// <returns>The exit code: the first that is not zero.</returns>
    public static int Print(Session session, BakePlan plan, IReadOnlyDictionary<string, CallOption> calls, IReadOnlyDictionary<string, BuildOutcome> outcomes)
    {
        int code = 0;
        string[] names = [.. outcomes.Keys.Where(n => calls[n].Name.Length > 0).Order(StringComparer.Ordinal)];
        if (names.Length > 0 && calls[names[0]].Format == "json")
        {
            JsonObject document = JsonNode.Parse(PlanPrinter.Print(plan))!.AsObject();
            foreach (string name in names)
            {
                JsonObject targets = document["target"]!.AsObject();
                JsonNode build = targets[name]!.DeepClone();
                targets[name] = new JsonObject { ["build"] = build, [Shown(calls[name])] = Sorted(JsonNode.Parse(outcomes[name].Result.Metadata.GetValueOrDefault("result.json") ?? "null")) };
                code = code != 0 ? code : CallAnswer.Code(calls[name], outcomes[name].Result.Metadata);
            }

            session.Out.WriteLine(IndentedJson.Text(writer => document.WriteTo(writer)));
            return code;
        }

        foreach (string name in names)
        {
            BakeTarget target = plan.Targets[name];
            session.Out.Write(name == names[0] ? "" : "\n");
            session.Out.Write($"{name}\n{(target.Description.Length > 0 ? target.Description + "\n" : "")}\n");
            int own = CallAnswer.Print(session, calls[name], target.DockerfileInline is null ? outcomes[name].File : "inline", outcomes[name].Result.Metadata);
            code = code != 0 ? code : own;
        }

        return code;
    }

    /// <summary>What the file of metadata has of all targets.</summary>
    /// <param name="outcomes">What came of each.</param>
    /// <param name="builder">The builder's name.</param>
    public static string MetadataJson(IReadOnlyDictionary<string, BuildOutcome> outcomes, string builder) => IndentedJson.Text(writer =>
    {
        writer.WriteStartObject();
        foreach ((string name, BuildOutcome outcome) in outcomes.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            writer.WritePropertyName(name);
            outcome.WriteMetadata(writer, builder);
        }

        writer.WriteEndObject();
    });

    // As the user asks for it.
    private static string Shown(CallOption call) => call.Name == CallOption.Lint ? "check" : call.Name;

    // Only the answer's own members; what is in them stays in the frontend's order.
    private static JsonNode? Sorted(JsonNode? answer) => answer is JsonObject members
        ? new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())))
        : answer?.DeepClone();
}
