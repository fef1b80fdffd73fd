/** Renting: provider, type, how many; the price stays in view. */

import SearchOutlined from '@mui/icons-material/SearchOutlined';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import { type ReactNode, useMemo, useState } from 'react';
import type { InstanceType, Provider } from '../../../core/contract/fleet.ts';
import type { RefusalShape } from '../../../core/contract/tasks.ts';
import { call, refusalOf } from '../../desk/client.ts';
import { useInstances } from '../../desk/fleet.ts';
import { useRead } from '../../desk/queries.ts';
import { useSettings } from '../../desk/settings.ts';
import { byId, ChoiceField } from '../../parts/choice-field.tsx';
import { memory, money } from '../../parts/format.ts';
import { NumberField } from '../../parts/number-field.tsx';
import { RefusalNote } from '../../parts/refusal.tsx';
import { go, usePlace } from '../../routes.ts';
import { say } from '../../words/say.ts';
import { TypeTable } from './type-table.tsx';
import './rent.css';

/** Instances in one order, as the contract has it. */
const MOST = 20;
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/i;

export function RentPage(): ReactNode {
  const { query } = usePlace();
  const trying = query.has('try');
  const catalogue = useRead('catalogue.read', {});
  const instances = useInstances();
  const [chosen, setChosen] = useState<string>();
  const [typeId, setTypeId] = useState<string | undefined>(query.get('type'));
  const [wanted, setWanted] = useState('');
  const [count, setCount] = useState(1);
  const [name, setName] = useState(`host-${instances.size + 1}`);
  const [onward, setOnward] = useState(true);
  const kernels = (useRead('image.list', {}, ['storage.changed']).value ?? []).filter((it) => it.kind === 'kernel');
  const [image, setImage] = useState('default');
  const [shadowPaging, setShadowPaging] = useState(false);
  const [refusal, setRefusal] = useState<RefusalShape>();
  const [busy, setBusy] = useState(false);
  const providers = useMemo(
    () => [...(catalogue.value?.providers ?? [])].sort((a, b) => Number(b.rentable) - Number(a.rentable)),
    [catalogue.value],
  );
  const provider = providers.find((it) => it.id === (chosen ?? query.get('provider'))) ?? providers[0];
  const types = useMemo(
    () =>
      (catalogue.value?.types ?? []).filter(
        (it) => it.provider === provider?.id && it.id.toLowerCase().includes(wanted.toLowerCase()),
      ),
    [catalogue.value, provider, wanted],
  );
  const type = types.find((it) => it.id === typeId) ?? (trying ? firstTry(types) : undefined);
  const rent = async (): Promise<void> => {
    if (provider === undefined || type === undefined) return;
    setBusy(true);
    try {
      const { instances: rented } = await call('instance.rent', {
        provider: provider.id,
        type: type.id,
        count,
        name,
        tags: [],
        image,
        shadowPaging,
      });
      const first = rented[0];
      const cut = query.get('cut');
      const further = new URLSearchParams({ ...(trying && { try: '1' }), ...(cut !== undefined && { cut }) });
      if (onward && first !== undefined && rented.length === 1) go(`/partition?instance=${first.id}&${further.toString()}`);
      else go('/machines');
    } catch (thrown) {
      setRefusal(refusalOf(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="page-head">
        <h1 className="grow">{say('rent.title')}</h1>
      </div>
      <div className="page-body wizard">
        <div className="wizard-main">
          <section className="card" aria-labelledby="rent-provider">
            <h2 id="rent-provider">{say('rent.provider')}</h2>
            <div className="choices" role="radiogroup" aria-labelledby="rent-provider">
              {providers.map((it) => (
                <ProviderChoice
                  key={it.id}
                  provider={it}
                  on={it.id === provider?.id}
                  choose={() => {
                    setChosen(it.id);
                    setTypeId(undefined);
                  }}
                />
              ))}
            </div>
            {catalogue.refusal !== undefined && <RefusalNote refusal={catalogue.refusal} />}
          </section>
          <section className="card flush type-card" aria-labelledby="rent-type">
            <div className="card-head" style={{ padding: '12px 16px 0', margin: '0 0 8px' }}>
              <h2 id="rent-type" className="grow">
                {say('rent.type')}
              </h2>
              <TextField
                value={wanted}
                onChange={(event) => setWanted(event.target.value)}
                placeholder={say('rent.find')}
                sx={{ width: 220 }}
                slotProps={{
                  htmlInput: { 'aria-label': say('rent.find') },
                  input: {
                    startAdornment: (
                      <InputAdornment position="start">
                        <SearchOutlined />
                      </InputAdornment>
                    ),
                  },
                }}
              />
            </div>
            <TypeTable
              loading={catalogue.value === undefined}
              types={types}
              chosen={type?.id}
              choose={setTypeId}
              currency={provider?.currency ?? 'USD'}
            />
          </section>
        </div>
        <Summary provider={provider} type={type} count={count} refusal={refusal}>
          <TextField
            label={say('rent.name')}
            value={name}
            onChange={(event) => setName(event.target.value)}
            error={!NAME.test(name)}
            helperText={NAME.test(name) ? (count > 1 ? say('rent.numbered', { name }) : ' ') : say('rent.nameHelp')}
          />
          <NumberField label={say('rent.count')} value={count} min={1} max={MOST} set={setCount} />
          {kernels.length > 1 && (
            <ChoiceField
              label={say('rent.image')}
              value={image}
              choices={byId(kernels)}
              help={image === 'default' ? ' ' : say('rent.imageDraws')}
              set={setImage}
            />
          )}
          <Tooltip describeChild title={say('rent.shadowHelp')}>
            <FormControlLabel
              control={<Checkbox checked={shadowPaging} onChange={(_event, on) => setShadowPaging(on)} />}
              label={say('rent.shadow')}
            />
          </Tooltip>
          <FormControlLabel
            control={<Checkbox checked={onward} disabled={count > 1} onChange={(_event, on) => setOnward(on)} />}
            label={say('rent.onward')}
          />
          <Button
            variant="contained"
            size="medium"
            disabled={type === undefined || provider?.rentable !== true || !NAME.test(name) || busy}
            onClick={() => void rent()}
          >
            {say('rent.go', { count })}
          </Button>
        </Summary>
      </div>
    </>
  );
}

/** For a first try: the papers' instance, or else one that an emulated computer boots quickly. */
function firstTry(types: readonly InstanceType[]): InstanceType | undefined {
  const modest = types.filter((it) => it.vcpus <= 4 && it.memoryMib <= 17_000);
  return (
    types.find((it) => it.id === 'cc1.4xlarge') ??
    [...modest].sort((a, b) => b.memoryMib - a.memoryMib || a.pricePerHour - b.pricePerHour)[0]
  );
}

function ProviderChoice({ provider, on, choose }: { provider: Provider; on: boolean; choose(): void }): ReactNode {
  return (
    <label className={`choice${on ? ' on' : ''}${provider.rentable ? '' : ' off'}`}>
      <input type="radio" name="provider" checked={on} onChange={choose} />
      <span className="grow">
        <b>{provider.name}</b>
        <span className="quiet small">{provider.region}</span>
      </span>
      <span className="stack tight" style={{ alignItems: 'flex-end', gap: 2 }}>
        <span className="tag">{say(provider.flavour === 'xen' ? 'flavour.xen' : 'flavour.kvm')}</span>
        {!provider.rentable && <span className="quiet tiny">{say('rent.notRentable')}</span>}
      </span>
    </label>
  );
}

function Summary({
  provider,
  type,
  count,
  refusal,
  children,
}: {
  provider: Provider | undefined;
  type: InstanceType | undefined;
  count: number;
  refusal: RefusalShape | undefined;
  children: ReactNode;
}): ReactNode {
  const { hoursPerMonth } = useSettings();
  const hour = (type?.pricePerHour ?? 0) * count;
  return (
    <aside className="card summary" aria-label={say('rent.summary')}>
      <h2>{say('rent.summary')}</h2>
      <div className="figure">
        <b>
          {money(hour, provider?.currency)}
          <small>/h</small>
        </b>
        <span>{say('rent.month', { price: money(hour * hoursPerMonth, provider?.currency, 2), hours: hoursPerMonth })}</span>
      </div>
      {type === undefined ? (
        <p className="quiet">{say('rent.chooseType')}</p>
      ) : (
        <dl className="facts small">
          <dt>{say('rent.type')}</dt>
          <dd>{count > 1 ? `${count} × ${type.id}` : type.id}</dd>
          <dt>{say('rent.cpu')}</dt>
          <dd>
            {type.vcpus} vCPU{type.ecu !== null && `, ${type.ecu} ECU`}
          </dd>
          <dt>{say('column.memory')}</dt>
          <dd>{memory(type.memoryMib)}</dd>
          <dt>{say('rent.disk')}</dt>
          <dd>{type.diskGib === 0 ? say('rent.noDisk') : `${Math.round(type.diskGib).toLocaleString('en')} GiB`}</dd>
          <dt>{say('rent.billing')}</dt>
          <dd>{say(provider?.billing === 'hour' ? 'rent.byHour' : 'rent.bySecond')}</dd>
          <dt>{say('rent.prices')}</dt>
          <dd>{provider?.priceDate}</dd>
        </dl>
      )}
      {children}
      {refusal !== undefined && <RefusalNote refusal={refusal} />}
      {provider !== undefined && <p className="quiet tiny">{provider.source}</p>}
    </aside>
  );
}
