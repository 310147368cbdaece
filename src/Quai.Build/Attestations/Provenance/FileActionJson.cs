using System.Text.Json;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Attestations.Provenance;

/// <summary>Writes what is done to files as BuildKit's provenance has it.</summary>
internal sealed class FileActionJson(Utf8JsonWriter json)
{
    /// <summary>Writes an action's members.</summary>
    public void Write(FileAction action)
    {
        json.WriteNumber("input", action.Input);
        json.WriteNumber("secondaryInput", action.SecondaryInput);
        json.WriteNumber("output", action.Output);
        json.Inner("Action", () =>
        {
            switch (action.ActionCase)
            {
                case FileAction.ActionOneofCase.Copy:
                    json.Inner("copy", () => Write(action.Copy));
                    break;
                case FileAction.ActionOneofCase.Mkfile:
                    json.Inner("mkfile", () =>
                    {
                        json.Text("path", action.Mkfile.Path);
                        json.Number("mode", action.Mkfile.Mode);
                        json.Text("data", action.Mkfile.Data.ToBase64());
                        Write(action.Mkfile.Owner);
                        json.Number("timestamp", action.Mkfile.Timestamp);
                    });
                    break;
                case FileAction.ActionOneofCase.Mkdir:
                    json.Inner("mkdir", () =>
                    {
                        json.Text("path", action.Mkdir.Path);
                        json.Number("mode", action.Mkdir.Mode);
                        json.Flag("makeParents", action.Mkdir.MakeParents);
                        Write(action.Mkdir.Owner);
                        json.Number("timestamp", action.Mkdir.Timestamp);
                    });
                    break;
                case FileAction.ActionOneofCase.Rm:
                    json.Inner("rm", () =>
                    {
                        json.Text("path", action.Rm.Path);
                        json.Flag("allowNotFound", action.Rm.AllowNotFound);
                        json.Flag("allowWildcard", action.Rm.AllowWildcard);
                    });
                    break;
                case FileAction.ActionOneofCase.Symlink:
                    json.Inner("symlink", () =>
                    {
                        json.Text("oldpath", action.Symlink.Oldpath);
                        json.Text("newpath", action.Symlink.Newpath);
                        Write(action.Symlink.Owner);
                        json.Number("timestamp", action.Symlink.Timestamp);
                    });
                    break;
            }
        });
    }

    private void Write(FileActionCopy copy)
    {
        json.Text("src", copy.Src);
        json.Text("dest", copy.Dest);
        Write(copy.Owner);
        json.Number("mode", copy.Mode);
        json.Flag("followSymlink", copy.FollowSymlink);
        json.Flag("dirCopyContents", copy.DirCopyContents);
        json.Flag("attemptUnpackDockerCompatibility", copy.AttemptUnpackDockerCompatibility);
        json.Flag("createDestPath", copy.CreateDestPath);
        json.Flag("allowWildcard", copy.AllowWildcard);
        json.Flag("allowEmptyWildcard", copy.AllowEmptyWildcard);
        json.Number("timestamp", copy.Timestamp);
        json.Texts("include_patterns", copy.IncludePatterns);
        json.Texts("exclude_patterns", copy.ExcludePatterns);
        json.Flag("alwaysReplaceExistingDestPaths", copy.AlwaysReplaceExistingDestPaths);
        json.Text("modeStr", copy.ModeStr);
        json.Texts("required_paths", copy.RequiredPaths);
    }

    private void Write(ChownOpt? owner)
    {
        if (owner is null)
        {
            return;
        }

        json.Inner("owner", () =>
        {
            Write("user", owner.User);
            Write("group", owner.Group);
        });
    }

    private void Write(string name, UserOpt? user)
    {
        switch (user?.UserCase)
        {
            case UserOpt.UserOneofCase.ByName:
                json.Inner(name, () => json.Inner("User", () => json.Inner("byName", () =>
                {
                    json.Text("name", user.ByName.Name);
                    json.Number("input", user.ByName.Input);
                })));
                break;
            case UserOpt.UserOneofCase.ByID:
                json.Inner(name, () => json.Inner("User", () => json.WriteNumber("byId", user.ByID)));
                break;
        }
    }
}
