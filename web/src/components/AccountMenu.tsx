/** Who is signed in, the theme, the way out. */
import type { Member } from "../api/types";
import { administers, develops } from "../lib/roles";
import { plainWords } from "../state/errors";
import { toast } from "../state/notices";
import { setTheme, theme, type Theme } from "../state/prefs";
import { goToConsole } from "../state/route";
import { noteFailure, signOut } from "../state/session";
import { settingsTab } from "../state/settings";
import { useStore } from "../state/store";
import { chooseLanguage, language, LANGUAGES, t } from "../strings";
import { ChevronIcon, ExitIcon, GearIcon, RowsIcon, UploadIcon } from "./icons";
import { importChosen } from "../state/transfer";
import { Menu } from "./Menu";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function AccountMenu({ member }: { member: Member }) {
  const chosen = useStore(theme, (now) => now);
  const leave = () => {
    signOut().catch((cause: unknown) => toast(plainWords(noteFailure(cause)), "error"));
  };
  return (
    <div className="account">
      <Menu
        label={t.account.menu(member.name)}
        className="account-button"
        button={
          <>
            <span className="avatar" data-initial={initial(member.name)} />
            <span className="account-name">{member.name}</span>
            <ChevronIcon />
          </>
        }
        groups={[
          {
            label: t.account.theme,
            items: THEMES.map((one) => ({
              id: one,
              label: t.account[one],
              checked: one === chosen,
              run: () => setTheme(one),
            })),
          },
          {
            label: t.account.language,
            items: LANGUAGES.map((one) => ({
              id: one.id,
              label: one.name,
              checked: one.id === language,
              run: () => chooseLanguage(one.id),
            })),
          },
          {
            items: [
              { id: "settings", label: t.account.settings, icon: <GearIcon />, run: () => settingsTab.set("account") },
              ...(develops(member)
                ? [
                    {
                      id: "console",
                      label: t.account.console,
                      icon: <RowsIcon />,
                      run: () => goToConsole(administers(member) ? "people" : "playground"),
                    },
                  ]
                : []),
            ],
          },
          { items: [{ id: "import", label: t.account.importFile, icon: <UploadIcon />, run: chooseFile }] },
          { items: [{ id: "out", label: t.account.signOut, icon: <ExitIcon />, run: leave }] },
        ]}
      />
    </div>
  );
}

function chooseFile(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".json,application/json";
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file !== undefined) void importChosen(file);
  });
  input.click();
}

function initial(name: string): string {
  const letters = new Intl.Segmenter().segment(name.trim())[Symbol.iterator]();
  const first = letters.next();
  return first.done === true ? "·" : first.value.segment.toUpperCase();
}
