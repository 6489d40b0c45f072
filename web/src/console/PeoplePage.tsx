/** Members, their roles and ways in; invitations that wait. */
import { useState } from "react";
import type { Member, Role } from "../api/types";
import { Dialog } from "../components/Dialog";
import { Field } from "../components/Gate";
import { moment } from "../lib/format";
import { t } from "../strings";
import { admin, type Invite, type User } from "./api";
import { act, Failed, SecretDialog, useLoaded } from "./parts";
import { Records, useQuestion } from "./Records";
import { w } from "./words";

interface Shown {
  title: string;
  body: string;
  path: string;
}

const link = (path: string) => new URL(path, location.href).toString();

export function rolesOf(own: Role): Role[] {
  return own === "operator" ? ["operator", "admin", "developer", "user"] : ["admin", "developer", "user"];
}

export function PeoplePage({ member }: { member: Member }) {
  const users = useLoaded(admin.users);
  const invites = useLoaded(admin.invites);
  const [inviting, setInviting] = useState(false);
  const [ask, question] = useQuestion(users.reload);
  const [shown, setShown] = useState<Shown | null>(null);

  const reset = (user: User) =>
    act(
      admin.passwordLink(user.id).then((made) => {
        setShown({
          title: w.people.resetTitle(user.name),
          body: w.people.resetBody(moment(made.expires_at)),
          path: made.path,
        });
      }),
    );
  const change = async (user: User, role: Role) => {
    await act(admin.changeRole(user.id, role));
    users.reload();
  };
  const remove = (user: User) =>
    ask({
      title: w.people.removeTitle(user.name),
      body: w.people.removeBody,
      confirm: w.people.remove,
      run: () => admin.removeUser(user.id),
    });
  const self = (user: User) => user.id.endsWith(member.id);
  const ruled = (user: User) => !self(user) && rolesOf(member.role).includes(user.role);
  const withdraw = async (invite: Invite) => {
    if (await act(admin.withdraw(invite.id))) invites.reload();
  };
  const waiting = invites.value?.data.filter((invite) => invite.status === "pending") ?? [];

  return (
    <>
      <div className="console-lead">
        <p>{w.people.lead}</p>
        <button type="button" className="primary" onClick={() => setInviting(true)}>
          {w.people.invite}
        </button>
      </div>
      <Failed of={users} />
      <Records
        label={w.pages.people}
        rows={users.value?.data ?? []}
        keyOf={(user) => user.id}
        nameOf={(user) => user.name}
        columns={[
          {
            head: w.people.name,
            as: "name",
            cell: (user) => (
              <>
                <strong>
                  {user.name}
                  {self(user) && ` (${w.people.you})`}
                </strong>
                {user.email !== null && <small>{user.email}</small>}
              </>
            ),
          },
          {
            head: w.people.role,
            cell: (user) =>
              ruled(user) ? (
                <RoleSelect user={user} own={member.role} onRole={(role) => void change(user, role)} />
              ) : (
                t.roles[user.role]
              ),
          },
          { head: w.people.seen, cell: (user) => (user.last_seen_at === null ? w.never : moment(user.last_seen_at)) },
        ]}
        actions={(user) => [
          ...(ruled(user) && user.email !== null ? [{ label: w.people.reset, run: () => void reset(user) }] : []),
          ...(ruled(user) ? [{ label: w.people.remove, run: () => remove(user) }] : []),
        ]}
      />
      {waiting.length > 0 && (
        <section>
          <h2>{w.people.waiting}</h2>
          <ul className="console-list">
            {waiting.map((invite) => (
              <li key={invite.id}>
                <span>
                  <strong>{invite.email ?? w.people.anybody}</strong>
                  <small>
                    {t.roles[invite.role]} · {w.people.until(moment(invite.expires_at))}
                  </small>
                </span>
                <button type="button" className="quiet" onClick={() => void withdraw(invite)}>
                  {w.people.withdraw}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {inviting && (
        <InviteDialog
          own={member.role}
          onClose={() => setInviting(false)}
          onMade={(made) => {
            setInviting(false);
            setShown({
              title: w.people.inviteTitle,
              body: w.people.inviteReady(moment(made.expires_at)),
              path: made.path,
            });
            invites.reload();
          }}
        />
      )}
      {shown !== null && (
        <SecretDialog
          title={shown.title}
          body={shown.body}
          label={w.people.link}
          value={link(shown.path)}
          onClose={() => setShown(null)}
        />
      )}
      {question}
    </>
  );
}

interface RoleProps {
  user: User;
  /** The reader's own. */
  own: Role;
  onRole: (role: Role) => void;
}

function RoleSelect({ user, own, onRole }: RoleProps) {
  return (
    <select
      aria-label={w.people.roleOf(user.name)}
      value={user.role}
      onChange={(event) => onRole(event.target.value as Role)}
    >
      {rolesOf(own).map((role) => (
        <option key={role} value={role}>
          {t.roles[role]}
        </option>
      ))}
    </select>
  );
}

interface InviteProps {
  own: Role;
  onClose: () => void;
  onMade: (made: Invite & { path: string }) => void;
}

function InviteDialog({ own, onClose, onMade }: InviteProps) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("user");
  const make = () => act(admin.invite(email.trim() === "" ? null : email.trim(), role).then(onMade));
  return (
    <Dialog
      title={w.people.inviteTitle}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="secondary" onClick={onClose}>
            {w.cancel}
          </button>
          <button type="button" className="primary" onClick={() => void make()}>
            {w.people.inviteMake}
          </button>
        </>
      }
    >
      <div className="console-form">
        <Field
          id="invite-email"
          type="email"
          label={w.people.inviteEmail}
          value={email}
          onChange={setEmail}
          autoComplete="off"
          hint={w.people.inviteHint}
          problemId=""
        />
        <label>
          {w.people.role}
          <select value={role} onChange={(event) => setRole(event.target.value as Role)}>
            {rolesOf(own).map((one) => (
              <option key={one} value={one}>
                {t.roles[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </Dialog>
  );
}
