using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Stages;
using Quai.Oci.Images;

namespace Quai.Frontend.Compilation.Settings;

/// <summary>The variables that FROM sees: those of platforms, and those before the first stage.</summary>
/// <param name="scope">The build, which takes them.</param>
internal sealed class GlobalArguments(BuildScope scope)
{
    /// <summary>Sets them.</summary>
    /// <param name="file">The Dockerfile.</param>
    /// <param name="machine">The platform of this machine.</param>
    public void Set(StageList file, Platform machine)
    {
        AddPlatform("BUILD", machine);
        AddPlatform("TARGET", scope.Platform);
        Add("TARGETSTAGE", scope.Request.Target.Length > 0 ? scope.Request.Target : "default");
        foreach (ArgInstruction argument in file.GlobalArguments)
        {
            foreach ((string name, string? value) in argument.Variables)
            {
                if (value is not null)
                {
                    scope.UsualArguments[name] = scope.Expand(value, scope.UsualArguments, argument.Lines);
                }

                if (scope.Request.Arguments.TryGetValue(name, out string? given))
                {
                    scope.GlobalArguments[name] = given;
                }
                else if (value is not null)
                {
                    scope.GlobalArguments[name] = scope.Expand(value, scope.GlobalArguments, argument.Lines);
                }
            }
        }
    }

    private void AddPlatform(string prefix, Platform platform)
    {
        Add(prefix + "PLATFORM", platform.ToString());
        Add(prefix + "OS", platform.Os);
        Add(prefix + "OSVERSION", "");
        Add(prefix + "ARCH", platform.Architecture);
        Add(prefix + "VARIANT", platform.Variant ?? "");
    }

    private void Add(string name, string value)
    {
        scope.GlobalArguments[name] = scope.Request.Arguments.GetValueOrDefault(name, value);
        scope.UsualArguments[name] = value;
    }
}
