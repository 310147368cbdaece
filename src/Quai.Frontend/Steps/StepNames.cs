using System.Globalization;
using Quai.Dockerfiles.Words;
using Quai.Errors;
using Quai.Frontend.Stages;
using Quai.Oci.Images;

namespace Quai.Frontend.Steps;

/// <summary>What is shown of steps: <c>[build 2/5] RUN make</c>.</summary>
internal static class StepNames
{
    /// <summary>The name of a stage's next step.</summary>
    /// <param name="compilation">What the stages share.</param>
    /// <param name="state">The stage.</param>
    /// <param name="text">What the step does.</param>
    /// <param name="platform">For which platform.</param>
    /// <param name="command">The instruction it is of; null for FROM.</param>
    public static string Next(Compilation compilation, StageState state, string text, Platform platform, StageCommand? command)
    {
        if (state.CountedCommands == 0)
        {
            return text;
        }

        string shown = compilation.Options.IsMultiPlatform ? platform + Cross(platform, command is null ? null : state.Variables) + " " : "";
        string stage = state.DisplayName.Length > 0 ? state.DisplayName + " " : "";
        string total = state.CountedCommands.ToString(CultureInfo.InvariantCulture), index = (++state.CommandIndex).ToString(CultureInfo.InvariantCulture).PadLeft(total.Length);
        return $"[{shown}{stage}{index}/{total}] {(command is { IsTrigger: true } ? "ONBUILD " : "")}{text}";
    }

    /// <summary>An instruction as it is shown: its name in capitals, variables with their values.</summary>
    /// <param name="compilation">What the stages share.</param>
    /// <param name="text">The instruction.</param>
    /// <param name="find">The value of a variable; null where it is not set.</param>
    /// <param name="isRun">Whether it is a RUN, whose quotes stay, and whose other variables are the shell's.</param>
    public static string Shown(Compilation compilation, string text, Func<string, string?> find, bool isRun)
    {
        try
        {
            text = new WordExpander(compilation.Escape, find) { KeepsQuotes = isRun, KeepsUnset = isRun }.Expand(text).Text;
        }
        catch (QuaiException)
        {
            // It is shown as it is written.
        }

        int space = text.IndexOf(' ');
        return space < 0 ? text.ToUpperInvariant() : text[..space].ToUpperInvariant() + text[space..];
    }

    /// <summary>The platform that a stage makes things for, where that is not the one that it runs on.</summary>
    private static string Cross(Platform platform, Variables? variables)
    {
        if (variables?.Find("TARGETPLATFORM") is not { } text)
        {
            return "";
        }

        try
        {
            Platform target = Platform.Parse(text);
            return target.Os != platform.Os ? "->" + target
                : target.Architecture != platform.Architecture ? "->" + target.Architecture + (target.Variant is null ? "" : "/" + target.Variant)
                : "";
        }
        catch (QuaiException)
        {
            return "";
        }
    }
}
