using System.Globalization;
using Quai.Cli.CommandLine;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Images;

/// <summary>When a service's image is pulled and built.</summary>
/// <param name="Word">The policy: always, missing, never, build or refresh.</param>
/// <param name="Age">For <c>refresh</c>, from which age on an image is pulled again.</param>
internal readonly record struct PullRule(string Word, TimeSpan Age)
{
    /// <summary>The rule of a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="asked">What the user asks for, instead of the service's own; empty for nothing.</param>
    /// <exception cref="ExitException">There is no such policy.</exception>
    public static PullRule Of(ComposeService service, string asked)
    {
        string word = asked is "" or "policy" ? service.PullPolicy : asked;
        return word switch
        {
            "" or "missing" or "if_not_present" => new("missing", default),
            "always" or "never" or "build" => new(word, default),
            "daily" => new("refresh", TimeSpan.FromDays(1)),
            "weekly" => new("refresh", TimeSpan.FromDays(7)),
            _ when word.StartsWith("every_", StringComparison.Ordinal) && GoDuration.Parse(word["every_".Length..]) is { } age => new("refresh", age.ToTimeSpan()),
            _ => throw new ExitException(1, string.Create(CultureInfo.InvariantCulture, $"service \"{service.Name}\": unsupported pull policy \"{word}\"; always, missing, never, build, daily, weekly and every_DURATION are known")),
        };
    }
}
