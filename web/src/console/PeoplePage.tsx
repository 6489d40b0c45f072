/** Members, their roles and ways in; invitations that wait. */
import { useState } from "react";
import type { Member, Role } from "../api/types";
import { Dialog } from "../components/Dialog";
import { Field } from "../components/Gate";
import { moment } from "../lib/format";
import { t } from "../strings";
import { admin, type Invite, type User } from "./api";
import { act, ConfirmDialog, Failed, SecretDialog, useLoaded } from "./parts";
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
  const [removing, setRemoving] = useState<User | null>(null);
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
  const remove = async (user: User) => {
    setRemoving(null);
    if (await act(admin.removeUser(user.id))) users.reload();
  };
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
      <div className="console-table" role="region" aria-label={w.pages.people} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.people.name}</th>
              <th scope="col">{w.people.role}</th>
              <th scope="col">{w.people.seen}</th>
              <th scope="col">{w.people.actions}</th>
            </tr>
          </thead>
          <tbody>
            {users.value?.data.map((user) => (
              <UserRow
                key={user.id}
                user={user}
                own={member}
                onRole={(role) => void change(user, role)}
                onReset={() => void reset(user)}
                onRemove={() => setRemoving(user)}
              />
            ))}
          </tbody>
        </table>
      </div>
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
      {removing !== null && (
        <ConfirmDialog
          title={w.people.removeTitle(removing.name)}
          body={w.people.removeBody}
          confirm={w.people.remove}
          onConfirm={() => void remove(removing)}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

interface RowProps {
  user: User;
  own: Member;
  onRole: (role: Role) => void;
  onReset: () => void;
  onRemove: () => void;
}

function UserRow({ user, own, onRole, onReset, onRemove }: RowProps) {
  const self = user.id.endsWith(own.id);
  const ruled = rolesOf(own.role).includes(user.role);
  return (
    <tr>
      <th scope="row">
        <strong>
          {user.name}
          {self && ` (${w.people.you})`}
        </strong>
        {user.email !== null && <small>{user.email}</small>}
      </th>
      <td>
        {ruled && !self ? (
          <select
            aria-label={w.people.roleOf(user.name)}
            value={user.role}
            onChange={(event) => onRole(event.target.value as Role)}
          >
            {rolesOf(own.role).map((role) => (
              <option key={role} value={role}>
                {t.roles[role]}
              </option>
            ))}
          </select>
        ) : (
          t.roles[user.role]
        )}
      </td>
      <td>{user.last_seen_at === null ? w.never : moment(user.last_seen_at)}</td>
      <td className="console-actions">
        {ruled && !self && user.email !== null && (
          <button type="button" className="quiet" onClick={onReset}>
            {w.people.reset}
          </button>
        )}
        {ruled && !self && (
          <button type="button" className="quiet" onClick={onRemove}>
            {w.people.remove}
          </button>
        )}
      </td>
    </tr>
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
