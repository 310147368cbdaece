using Quai.Dockerfiles;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Dockerfiles.Stages;
using Quai.Dockerfiles.Words;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Frontend.Practices;

/// <summary>Practices of images that a file begins with, or copies from, and of the one that it makes.</summary>
internal static class ImagePractices
{
    private static readonly string[] s_root = ["root", "0"], s_droppers = ["gosu", "su-exec", "setpriv", "s6-setuidgid", "runuser"];

    /// <summary>Looks at them.</summary>
    public static void Look(PracticeRun run, PracticeFile file)
    {
        foreach (Stage stage in file.Stages.Stages)
        {
            if (file.BaseOf(stage) is null)
            {
                Version(run, file, stage.From.Base, stage.From.Lines);
            }

            foreach (CopyInstruction copy in stage.Instructions.OfType<CopyInstruction>().Where(c => c.From.Length > 0 && !c.From.All(char.IsAsciiDigit)))
            {
                if (!file.Stages.Stages.Any(s => s.Name.Length > 0 && s.Name.Equals(copy.From, StringComparison.OrdinalIgnoreCase)))
                {
                    Version(run, file, copy.From, copy.Lines);
                }
            }
        }

        User(run, file);
    }

    private static void Version(PracticeRun run, PracticeFile file, string written, LineRange lines)
    {
        Expansion expansion;
        try
        {
            Dictionary<string, string?> defaults = file.Stages.Globals.SelectMany(a => a.Pairs).GroupBy(p => p.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
            expansion = new WordExpander(file.Escape, n => defaults.GetValueOrDefault(n)).Expand(written);
        }
        catch (QuaiException)
        {
            // A build fails of it.
            return;
        }

        // A variable without a value is whatever the build gives.
        string name = expansion.Text;
        if (name == "scratch" || expansion.Unset.Count > 0 || file.Stages.Find(name) is not null || !ImageReference.TryParse(name, out ImageReference? image)
            || image.Digest is not null || image.Tag is not (null or "latest"))
        {
            return;
        }

        string said = image.Tag is null ? $"{name} has no tag" : $"{name} is whatever was published last";
        run.Replace(PracticeRules.PinnedBase, lines, said, written, image.FamiliarName + ":VERSION", isExact: false);
    }

    private static void User(PracticeRun run, PracticeFile file)
    {
        Stage target = file.Target;
        List<Dockerfiles.Instructions.Instruction> history = [.. file.History(target)];
        if (history.OfType<ProgramInstruction>().LastOrDefault() is not { } program)
        {
            // Nothing says that it is to be run: it may be for others to begin with, or only for its files.
            return;
        }

        string text = string.Join('\n', history.Select(i => i.Text + string.Concat(i.Node.HereDocuments.Select(d => d.Content))));
        if (s_droppers.Any(d => text.Contains(d, StringComparison.Ordinal)))
        {
            // Its program gives the rights away itself.
            return;
        }

        if (history.OfType<UserInstruction>().LastOrDefault() is { } last)
        {
            string user = last.User.Split(':')[0];
            if (s_root.Contains(user))
            {
                run.Find(PracticeRules.Unprivileged, last.Lines, $"the image runs as {user}", "USER 65532:65532", isExact: false);
            }
        }
        else if (file.User is not null && (file.User.Length == 0 || s_root.Contains(file.User.Split(':')[0])))
        {
            run.Find(PracticeRules.Unprivileged, program.Lines, "the image runs as root: no USER says otherwise", $"USER 65532:65532\n{run.Text(program.Lines)}", isExact: false);
        }
    }
}
