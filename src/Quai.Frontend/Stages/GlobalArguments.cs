using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Words;
using Quai.Errors;

namespace Quai.Frontend.Stages;

/// <summary>The arguments before the first stage, and those that every build has.</summary>
internal static class GlobalArguments
{
    /// <summary>Gives them their values.</summary>
    /// <param name="compilation">What the stages share.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="given">The values that the build gives; none to see what the file alone makes of them.</param>
    public static Variables Read(Compilation compilation, StageList stages, IReadOnlyDictionary<string, string> given)
    {
        var values = new Variables();
        foreach ((string name, string value) in Predefined(compilation, stages))
        {
            values.Set(name, given.GetValueOrDefault(name, value));
        }

        foreach (ArgInstruction arg in stages.Globals)
        {
            foreach (ArgPair pair in arg.Pairs)
            {
                compilation.DeclaredGlobals.Add(pair.Key);
                if (given.TryGetValue(pair.Key, out string? value))
                {
                    values.Set(pair.Key, value);
                }
                else if (pair.Value is { } text)
                {
                    try
                    {
                        values.Set(pair.Key, new WordExpander(compilation.Escape, values.Find).Expand(text).Text);
                    }
                    catch (QuaiException e)
                    {
                        throw compilation.At(arg.Lines, QuaiException.Invalid($"failed to process \"{text}\": {e.Message}", e));
                    }
                }
            }
        }

        return values;
    }

    private static IEnumerable<(string Name, string Value)> Predefined(Compilation compilation, StageList stages)
    {
        foreach ((string prefix, Oci.Images.Platform platform) in ((string, Oci.Images.Platform)[])[("BUILD", compilation.BuildPlatform), ("TARGET", compilation.TargetPlatform)])
        {
            yield return (prefix + "PLATFORM", platform.ToString());
            yield return (prefix + "OS", platform.Os);
            yield return (prefix + "OSVERSION", "");
            yield return (prefix + "ARCH", platform.Architecture);
            yield return (prefix + "VARIANT", platform.Variant ?? "");
        }

        string target = compilation.Options.Target.Length > 0 ? compilation.Options.Target : stages.Stages[^1].Name;
        yield return ("TARGETSTAGE", target.Length > 0 ? target : "default");
    }
}
